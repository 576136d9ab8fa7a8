package io.winnow.cli;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ctrl-C and SIGTERM while a run goes on: the first asks it to stop in order, the second ends the
 * process at once. Closing gives the signals back.
 *
 * <p>A shutdown hook cannot tell a second signal, so this uses {@code sun.misc.Signal} of module
 * jdk.unsupported, reflectively because javac cannot silence its warning. Where there is none,
 * signals end the process at once, and the run goes on from its last checkpoint.
 */
final class Interrupts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Interrupts.class);
  private static final int SIGNAL_EXIT = 128;

  private final AtomicInteger received = new AtomicInteger();
  private final Map<String, Object> before = new HashMap<>();
  private final Runnable stop;

  private Interrupts(Runnable stop) {
    this.stop = stop;
  }

  /** Runs {@code stop}, which must not block, at the first signal. */
  static Interrupts during(Runnable stop) {
    Interrupts interrupts = new Interrupts(stop);
    try {
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, interrupts::handle);
      for (String signal : new String[] {"INT", "TERM"}) {
        interrupts.before.put(signal, install(signal, handler));
      }
    } catch (ReflectiveOperationException absent) {
      LOG.warn("event=no-signals reason=\"{}\"", absent.toString());
    }
    return interrupts;
  }

  /** The exit code for the signal that came, or 0 if none did. */
  int exitCode() {
    return received.get() == 0 ? 0 : SIGNAL_EXIT + received.get();
  }

  private Object handle(Object proxy, Method method, Object[] arguments)
      throws ReflectiveOperationException {
    if (method.getName().equals("handle")) {
      int number = (int) arguments[0].getClass().getMethod("getNumber").invoke(arguments[0]);
      if (received.getAndSet(number) == 0) {
        stop.run();
      } else {
        Runtime.getRuntime().halt(SIGNAL_EXIT + number);
      }
      return null;
    }
    return method.getName().equals("equals")
        ? (Object) (proxy == arguments[0])
        : method.getName().equals("hashCode") ? System.identityHashCode(this) : "Interrupts";
  }

  @Override
  public void close() {
    before.forEach(
        (signal, handler) -> {
          try {
            install(signal, handler);
          } catch (ReflectiveOperationException gone) {
            throw new IllegalStateException("signal " + signal + " cannot be given back", gone);
          }
        });
  }

  private static Object install(String signal, Object handler) throws ReflectiveOperationException {
    Class<?> signals = Class.forName("sun.misc.Signal");
    Class<?> handlers = Class.forName("sun.misc.SignalHandler");
    Object instance = signals.getConstructor(String.class).newInstance(signal);
    return signals.getMethod("handle", signals, handlers).invoke(null, instance, handler);
  }
}
