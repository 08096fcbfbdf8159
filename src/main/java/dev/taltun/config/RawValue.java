package dev.taltun.config;

import java.util.List;

/**
 * A value of the right kind with its place, not yet understood.
 *
 * @param content a String, Long or Boolean, or a List of RawValue with Strings
 */
record RawValue(Object content, Source source) {
    String text() {
        return (String) content;
    }

    long number() {
        return (Long) content;
    }

    boolean isTrue() {
        return (Boolean) content;
    }

    /** The texts of a {@link Kind#TEXTS} value: itself, or its elements. */
    List<RawValue> texts() {
        if (!(content instanceof List<?> list)) {
            return List.of(this);
        }
        return list.stream().map(RawValue.class::cast).toList();
    }
}
