package dev.taltun.netns;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the built jar is started: by the JDK that runs the tests, assertions on. */
public final class Taltun {
    private static final Path JAR = Path.of(System.getProperty("taltun.jar", "target/taltun.jar"));

    private Taltun() {}

    /** The command line of Taltun with these arguments. */
    public static List<String> command(String... arguments) {
        return command(List.of(), arguments);
    }

    /** The same with options for the JVM, such as {@code -Dtaltun.rekeyAfterSeconds=3}. */
    public static List<String> command(List<String> jvmOptions, String... arguments) {
        if (!Files.exists(JAR)) {
            throw new AssertionError("no jar at " + JAR + ": build it first");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-ea"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", JAR.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
