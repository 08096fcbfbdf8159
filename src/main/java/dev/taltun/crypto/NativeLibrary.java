package dev.taltun.crypto;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** A shared library, loaded for as long as the process lives. */
final class NativeLibrary {
    private static final int LONGEST_STRING_BYTES = 256;

    private final String name;
    private final SymbolLookup symbols;

    private NativeLibrary(String name, SymbolLookup symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** Loads a library by the name the dynamic linker knows it by. */
    @SuppressWarnings("restricted")
    static NativeLibrary load(String name) throws ProviderUnavailableException {
        try {
            return new NativeLibrary(name, SymbolLookup.libraryLookup(name, Arena.global()));
        } catch (IllegalArgumentException notFound) {
            throw new ProviderUnavailableException(name + " is not installed");
        }
    }

    /** The address of a function, for {@link NativeCall}. */
    MemorySegment function(String symbol) throws ProviderUnavailableException {
        return symbols.find(symbol)
                .orElseThrow(
                        () -> new ProviderUnavailableException(name + " lacks " + symbol + "()"));
    }

    /** Memory that the library owns, as a segment. */
    @SuppressWarnings("restricted")
    static MemorySegment memory(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** A string that the library owns. */
    static String string(long address) {
        return memory(address, LONGEST_STRING_BYTES).getString(0);
    }
}
