package io.winnow.model.arch;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.*;
import io.winnow.model.nn.*;
import java.util.*;

public class Measure {
  public static void main(String[] args) throws Exception {
    int layers = Integer.parseInt(args[0]);
    int steps = Integer.parseInt(args[1]);
    boolean train = args.length > 2;
    var json =
        new ObjectMapper()
            .readTree(
                "{\"model_type\":\"deberta-v2\",\"hidden_size\":768,\"num_attention_heads\":12,\"num_hidden_layers\":"
                    + layers
                    + ",\"intermediate_size\":3072,\"vocab_size\":1000,\"max_position_embeddings\":512,\"relative_attention\":true,\"position_buckets\":256,\"norm_rel_ebd\":\"layer_norm\",\"share_att_key\":true,\"pos_att_type\":\"p2c|c2p\",\"position_biased_input\":false,\"type_vocab_size\":0}");
    System.out.printf("peak %.1f GFLOP/s%n", GemmPeak.measure(1));
    System.out.println(NumericsFingerprint.of(new CpuBackend()));
    try (var base = FrozenBase.random(json, new HeadInit(2, 1))) {
      var real = new CpuBackend();
      var times = new TreeMap<String, Long>();
      Backend timed =
          (Backend)
              java.lang.reflect.Proxy.newProxyInstance(
                  Measure.class.getClassLoader(),
                  new Class<?>[] {Backend.class},
                  (pr, m, a) -> {
                    long s0 = System.nanoTime();
                    Object o = m.invoke(real, a);
                    String key = m.getName();
                    if (key.endsWith("roduct")) {
                      Matrix c = (Matrix) a[0], x = (Matrix) a[2];
                      key +=
                          " "
                              + c
                              + "x"
                              + x.columns()
                              + (x.transposed() ? "T" : "")
                              + (((Matrix) a[3]).transposed() ? "T" : "");
                    }
                    times.merge(key, System.nanoTime() - s0, Long::sum);
                    return o;
                  });
      var net =
          base.network(
              new NetworkSettings(
                  System.getenv("TIMED") != null ? timed : real,
                  train ? 0.05f : 0f,
                  BaseDropout.AS_CONFIGURED));
      int r = 8;
      for (var s : net.slots())
        if (s.site().block() >= 0)
          s.bind(
              new AdapterSlot.Values(
                  r,
                  4f,
                  1f,
                  Gaussian.sample(1, r * s.site().in(), 0.02f),
                  Gaussian.sample(2, r * s.site().out(), 0.02f)));
      int b = 8, t = 128;
      int[] ids = new int[b * t];
      int[] mask = new int[b * t];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = i % 1000;
        mask[i] = 1;
      }
      var tokens = new Tokens(b, t, ids, mask);
      long f0 = 0;
      for (int step = 0; step < steps; step++) {
        long p0 = net.backend().products().products();
        f0 = net.backend().products().operations();
        long t0 = System.nanoTime();
        net.forward(tokens, Pass.of(train ? Pass.Mode.TRAIN : Pass.Mode.GRADIENTS, step));
        long t1 = System.nanoTime();
        var l = net.logits();
        l.set(new float[b * 2]);
        var g = new float[b * 2];
        Arrays.fill(g, 0.1f);
        l.set(g);
        net.backward(l, i -> {});
        long t2 = System.nanoTime();
        long f = net.backend().products().operations() - f0;
        if (step == steps / 2) times.clear();
        System.out.printf(
            "fwd %.1f bwd %.1f total %.1f ms  %.2f GFLOP  %.1f GFLOP/s products %d%n",
            (t1 - t0) / 1e6,
            (t2 - t1) / 1e6,
            (t2 - t0) / 1e6,
            f / 1e9,
            f / (double) (t2 - t0),
            net.backend().products().products() - p0);
      }
      int n = steps - steps / 2 - 1;
      times.entrySet().stream()
          .sorted((x, y) -> Long.compare(y.getValue(), x.getValue()))
          .forEach(e -> System.out.printf("%8.2f ms %s%n", e.getValue() / 1e6 / n, e.getKey()));
    }
  }
}
