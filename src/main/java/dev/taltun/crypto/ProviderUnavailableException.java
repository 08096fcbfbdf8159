package dev.taltun.crypto;

/** Why a provider cannot be used on this machine; the message is half a sentence for the user. */
final class ProviderUnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    ProviderUnavailableException(String reason) {
        super(reason, null, false, false);
    }
}
