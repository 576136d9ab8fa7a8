package io.winnow.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ctrl-C and SIGTERM while a run goes on: the first asks it to stop in order, the second ends the
 * process at once. Closing gives the signals back.
 *
 * <p>A shutdown hook cannot tell a second signal, so this uses {@code sun.misc.Signal} of module
 * jdk.unsupported, reflectively because javac cannot silence its warning. Where there is none,
 * signals end the process at once, and the run goes on from its last checkpoint.
 */
final class Interrupts implements AutoCloseable {
  private static final int SIGNAL_EXIT = 128;

  private final AtomicInteger received = new AtomicInteger();
  private final Runnable stop;

  private Interrupts(Runnable stop) {
    this.stop = stop;
  }

  /** Runs {@code stop}, which must not block, at the first signal. */
  static Interrupts during(Runnable stop) {
    Interrupts interrupts = new Interrupts(stop);
    interrupts.install(interrupts::handle);
    return interrupts;
  }

  /** The exit code for the signal that came, or 0 if none did. */
  int exitCode() {
    return received.get() == 0 ? 0 : SIGNAL_EXIT + received.get();
  }

  private Object handle(Object proxy, java.lang.reflect.Method method, Object[] arguments)
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
    install(null);
  }

  private void install(InvocationHandler handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> type = Class.forName("sun.misc.SignalHandler");
      Object target =
          handler == null
              ? type.getField("SIG_DFL").get(null)
              : Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
      for (String name : new String[] {"INT", "TERM"}) {
        Object instance = signal.getConstructor(String.class).newInstance(name);
        signal.getMethod("handle", signal, type).invoke(null, instance, target);
      }
    } catch (ReflectiveOperationException absent) {
      org.slf4j.LoggerFactory.getLogger(Interrupts.class)
          .warn("event=no-signals reason=\"{}\"", absent.toString());
    }
  }
}
