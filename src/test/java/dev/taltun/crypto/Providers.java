package dev.taltun.crypto;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** The providers that this machine has, for parameterized tests. */
final class Providers {
    private Providers() {}

    /** Each provider with each suite it has. */
    static Stream<Arguments> withSuites() {
        List<Arguments> all = new ArrayList<>();
        for (AeadProvider provider : available()) {
            for (CipherSuite suite : CipherSuite.values()) {
                if (provider.supports(suite)) {
                    all.add(Arguments.argumentSet(provider.name() + " " + suite, provider, suite));
                }
            }
        }
        return all.stream();
    }

    /** The native ones of {@link #withSuites}: those that promise not to allocate. */
    static Stream<Arguments> nativeWithSuites() {
        return withSuites()
                .filter(
                        a ->
                                a.get()[0] instanceof IpsecMbProvider
                                        || a.get()[0] instanceof OpenSslProvider);
    }

    static List<AeadProvider> available() {
        List<AeadProvider> found = new ArrayList<>();
        AeadProviders.loaders()
                .forEach(
                        (name, loader) -> {
                            try {
                                found.add(loader.open());
                            } catch (ProviderUnavailableException e) {
                                System.err.println("not tested here: " + name + ": " + e);
                            }
                        });
        return found;
    }
}
