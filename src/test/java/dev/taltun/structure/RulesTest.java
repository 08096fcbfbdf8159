package dev.taltun.structure;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may use which library, which part of the JDK, and what every package carries. */
final class RulesTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter().importPath(Path.of("target", "classes"));

    @ParameterizedTest(name = "{0} only in {1}")
    @CsvSource({
        "org.bouncycastle.., dev.taltun.crypto..",
        "org.tomlj..,        dev.taltun.config..",
        "org.jctools..,      dev.taltun.agent..",
        "org.HdrHistogram.., dev.taltun.metrics..",
        "picocli..,          dev.taltun.cli.."
    })
    void aLibraryStaysInItsPackage(String library, String owner) {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(owner)
                        .should()
                        .dependOnClassesThat(resideInAPackage(library)));
    }

    @Test
    void noOtherLibraryIsUsed() {
        check(
                noClasses()
                        .should()
                        .dependOnClassesThat(
                                resideInAnyPackage("sun..", "jdk.internal..", "org.antlr..")));
    }

    @Test
    void nativeCodeIsReachedOnlyFromFfiAndCrypto() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages("dev.taltun.ffi..", "dev.taltun.crypto..")
                        .should(
                                use(
                                        "java.lang.foreign.Linker",
                                        "java.lang.foreign.SymbolLookup",
                                        "java.lang.foreign.MemorySegment.reinterpret")));
    }

    /** {@code io} hands error numbers up, so their names may be known above it; calls may not. */
    @Test
    void thePacketPathKnowsErrorNumbersButNoSystemCall() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage("dev.taltun.dataplane..")
                        .should()
                        .dependOnClassesThat(
                                resideInAPackage("dev.taltun.ffi..")
                                        .and(not(simpleName("Errno")))));
    }

    /**
     * Protocol code gets the time as an argument; the rest asks the one clock, so tests can too.
     * The stopwatch that ranks the AEAD providers at start measures the machine, not the protocol.
     */
    @Test
    void timeComesFromTheClock() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackage("dev.taltun.cli..")
                        .and()
                        .doNotHaveFullyQualifiedName("dev.taltun.agent.SystemClock")
                        .and()
                        .doNotHaveFullyQualifiedName("dev.taltun.crypto.AeadMeasurement")
                        .should(
                                use(
                                        "java.lang.System.nanoTime",
                                        "java.lang.System.currentTimeMillis",
                                        "java.time.Instant.now",
                                        "java.time.Clock",
                                        "java.time.LocalDateTime.now",
                                        "java.time.ZonedDateTime.now")));
    }

    /** The generated bindings can trace their calls; Taltun makes none of those. */
    @Test
    void onlyTheCommandLinePrints() {
        check(
                noClasses()
                        .that()
                        .resideOutsideOfPackages("dev.taltun.cli..", "dev.taltun.ffi.linux..")
                        .should(
                                use(
                                        "java.lang.System.out",
                                        "java.lang.System.err",
                                        "java.lang.Throwable.printStackTrace")));
    }

    @Test
    void nobodySleeps() {
        check(noClasses().should(use("java.lang.Thread.sleep")));
    }

    @Test
    void packagesFormNoCycle() {
        check(slices().matching("dev.taltun.(**)").should().beFreeOfCycles());
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        Set<String> silent = new TreeSet<>();
        for (String name : Sources.packages()) {
            Path info = Sources.ROOT.resolve(name.replace('.', '/')).resolve("package-info.java");
            if (!Files.exists(info) || !Files.readString(info).contains("/**")) {
                silent.add(name);
            }
        }
        assertEquals(Set.of(), silent, "packages without a package-info.java that says something");
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }

    /** Reports each access to one of the members, or to any member of one of the types. */
    private static ArchCondition<JavaClass> use(String... targets) {
        return new ArchCondition<>("use " + String.join(", ", targets)) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                for (JavaAccess<?> access : item.getAccessesFromSelf()) {
                    String owner = access.getTargetOwner().getFullName();
                    String member = owner + "." + access.getTarget().getName();
                    boolean hit =
                            Stream.of(targets).anyMatch(t -> t.equals(owner) || t.equals(member));
                    if (hit) {
                        events.add(SimpleConditionEvent.satisfied(access, access.getDescription()));
                    }
                }
            }
        };
    }
}
