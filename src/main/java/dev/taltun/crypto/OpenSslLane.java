package dev.taltun.crypto;

import dev.taltun.memory.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One thread's scratch for OpenSSL: the nonce, an output length nobody reads, and the parameter
 * list that says where the tag is.
 *
 * <pre>
 *   OSSL_PARAM   0 key  8 data_type (u32)  16 data  24 data_size  32 return_size
 * </pre>
 */
final class OpenSslLane {
    private static final long DONE = 0;
    private static final long NAME = 8;
    private static final long PARAMETER = 16;
    private static final long PARAMETER_TYPE = PARAMETER + 8;
    private static final long PARAMETER_DATA = PARAMETER + 16;
    private static final long PARAMETER_SIZE = PARAMETER + 24;
    private static final long PARAMETER_BYTES = 40;
    // The list ends with a parameter of zeros.
    private static final long BYTES = PARAMETER + 2 * PARAMETER_BYTES;
    private static final int OSSL_PARAM_OCTET_STRING = 5;

    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, Long.BYTES);
    private final long address = memory.address();
    private final Nonces nonces = new Nonces();

    OpenSslLane() {
        memory.setString(NAME, "tag");
        memory.set(Layouts.NATIVE_LONG, PARAMETER, address + NAME);
        memory.set(Layouts.NATIVE_INT, PARAMETER_TYPE, OSSL_PARAM_OCTET_STRING);
        memory.set(Layouts.NATIVE_LONG, PARAMETER_SIZE, AeadKey.TAG_BYTES);
    }

    boolean seal(OpenSsl library, long context, long counter, long in, long out, int length) {
        memory.set(Layouts.NATIVE_LONG, PARAMETER_DATA, out + length);
        return library.seal(
                context,
                in,
                out,
                length,
                nonces.take(counter),
                address + DONE,
                address + PARAMETER);
    }

    boolean open(OpenSsl library, long context, long counter, long in, long out, int length) {
        memory.set(Layouts.NATIVE_LONG, PARAMETER_DATA, in + length);
        return library.open(
                context,
                in,
                out,
                length,
                nonces.take(counter),
                address + DONE,
                address + PARAMETER);
    }
}
