package dev.taltun.netns;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;

/** Marks tests that make network namespaces: skipped without root, run with the jar built. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("namespace")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@EnabledIf(
        value = "dev.taltun.netns.Lab#usable",
        disabledReason = "network namespaces need root: sudo make test")
public @interface NamespaceTest {}
