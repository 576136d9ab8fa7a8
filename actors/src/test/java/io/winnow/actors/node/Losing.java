package io.winnow.actors.node;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Loses messages of some kinds: those whose numbers, counted from 0, are named. */
final class Losing implements FaultyPost.Fault {
  private final Set<Class<?>> kinds;
  private final List<Integer> numbers;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();

  Losing(Set<Class<?>> kinds, List<Integer> numbers) {
    this.kinds = kinds;
    this.numbers = numbers;
  }

  @Override
  public void onPost(Object message, String layer, Runnable send) {
    boolean isLost =
        kinds.contains(message.getClass()) && numbers.contains(count.getAndIncrement());
    if (isLost) {
      lost.incrementAndGet();
    } else {
      send.run();
    }
  }

  int lost() {
    return lost.get();
  }
}
