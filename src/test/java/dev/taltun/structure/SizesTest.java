package dev.taltun.structure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** How long a file and a method may be; generated bindings are exempt. */
final class SizesTest {
    private static final int FILE_LINES = 500;
    private static final int METHOD_LINES = 70;
    private static final Path GENERATED = Sources.ROOT.resolve("dev/taltun/ffi/linux");

    @Test
    void filesHoldOneConcept() throws IOException {
        Set<String> tooLong = new TreeSet<>();
        for (Path file : handWritten()) {
            long lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES) {
                tooLong.add(file + ": " + lines + " lines");
            }
        }
        assertEquals(Set.of(), tooLong, "files of more than " + FILE_LINES + " lines");
    }

    @Test
    void methodsFitOnAScreen() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Set<String> tall = new TreeSet<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    files,
                                    null,
                                    null,
                                    null,
                                    files.getJavaFileObjectsFromPaths(handWritten()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                unit.accept(new Measure(unit, positions, tall), null);
            }
        }
        assertEquals(Set.of(), tall, "methods of more than " + METHOD_LINES + " lines");
    }

    private static List<Path> handWritten() {
        List<Path> files = new ArrayList<>(Sources.files());
        files.removeIf(file -> file.startsWith(GENERATED));
        files.addAll(Sources.files(Path.of("src/test/java")));
        files.addAll(Sources.files(Path.of("bench")));
        return files;
    }

    private static final class Measure extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final Set<String> tall;

        Measure(CompilationUnitTree unit, SourcePositions positions, Set<String> tall) {
            this.unit = unit;
            this.positions = positions;
            this.tall = tall;
        }

        @Override
        public Void visitMethod(MethodTree method, Void unused) {
            long end = positions.getEndPosition(unit, method);
            // A constructor that the compiler adds has no end.
            if (end >= 0) {
                long first =
                        unit.getLineMap().getLineNumber(positions.getStartPosition(unit, method));
                long lines = unit.getLineMap().getLineNumber(end) - first + 1;
                if (lines > METHOD_LINES) {
                    tall.add(
                            unit.getSourceFile().getName() + " " + method.getName() + ": " + lines);
                }
            }
            return super.visitMethod(method, unused);
        }
    }
}
