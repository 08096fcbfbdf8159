package dev.taltun.crypto;

import java.util.HexFormat;

/** Hex with white space and colons allowed, as RFCs print vectors. */
final class Hex {
    private Hex() {}

    static byte[] bytes(String text) {
        return HexFormat.of().parseHex(text.replaceAll("[\\s:]", ""));
    }

    static String text(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
