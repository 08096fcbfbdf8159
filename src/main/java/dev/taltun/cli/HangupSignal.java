package dev.taltun.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * SIGHUP, which asks a service to read its configuration again; the JVM alone would end.
 *
 * <p>Java has no public interface for signals, only {@code sun.misc.Signal} of the module {@code
 * jdk.unsupported}, against which a strict compiler warns; so it is called by reflection. Where it
 * is missing or refuses ({@code java -Xrs}), SIGHUP keeps its usual meaning.
 *
 * <p>Until this is done, some 50 ms after the program's first line, SIGHUP ends the process. No
 * launcher can help: the JVM leaves a signal alone that was ignored when it started, as by
 * nohup(1), and then never reads its configuration again; one that was blocked it lets through.
 */
final class HangupSignal {
    private HangupSignal() {}

    /**
     * Has something done at each SIGHUP, on a thread of the JVM's own.
     *
     * @return false where that is not possible
     */
    static boolean watch(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler calls =
                    (proxy, method, arguments) ->
                            switch (method.getName()) {
                                case "handle" -> {
                                    action.run();
                                    yield null;
                                }
                                case "equals" -> proxy == arguments[0];
                                case "hashCode" -> System.identityHashCode(proxy);
                                default -> "taltun's handler of SIGHUP";
                            };
            Object watcher =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(), new Class<?>[] {handler}, calls);
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), watcher);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
