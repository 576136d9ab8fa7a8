package io.winnow.actors.node;

import akka.cluster.sharding.typed.ShardingEnvelope;
import akka.cluster.sharding.typed.ShardingMessageExtractor;
import io.winnow.protocol.LayerMessage;

/**
 * Which shard a layer is in: {@code group.slot}. All layers of a run are in one group, neighbours
 * in different slots, so that the layers of a run can be dealt out to nodes one by one. Their
 * number is bounded, whatever number of runs there were.
 */
final class LayerShards
    extends ShardingMessageExtractor<ShardingEnvelope<LayerMessage>, LayerMessage> {
  private static final int GROUPS = 16;
  private static final int SLOTS = 64;
  private static final int MOST_DIGITS = 6;
  private static final int DECIMAL = 10;

  @Override
  public String entityId(ShardingEnvelope<LayerMessage> envelope) {
    return envelope.entityId();
  }

  @Override
  public String shardId(String entityId) {
    int bar = entityId.indexOf('|');
    int group = Math.floorMod(entityId.substring(0, bar).hashCode(), GROUPS);
    return group + "." + slot(entityId.substring(bar + 1));
  }

  @Override
  public LayerMessage unwrapMessage(ShardingEnvelope<LayerMessage> envelope) {
    return envelope.message();
  }

  /** Blocks of one stack by their number; stacks, and what has no number, begin anywhere. */
  private static int slot(String layer) {
    int end = layer.length();
    while (end > 0 && !isDigit(layer.charAt(end - 1))) {
      end--;
    }
    int begin = end;
    while (begin > 0 && end - begin < MOST_DIGITS && isDigit(layer.charAt(begin - 1))) {
      begin--;
    }
    return begin == end
        ? Math.floorMod(layer.hashCode(), SLOTS)
        : Math.floorMod(
            layer.substring(0, begin).hashCode() + Integer.parseInt(layer, begin, end, DECIMAL),
            SLOTS);
  }

  private static boolean isDigit(char c) {
    return '0' <= c && c <= '9';
  }

  /** The group of a shard. */
  static String group(String shard) {
    return shard.substring(0, shard.indexOf('.'));
  }
}
