package dev.taltun.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.linux.Linux;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

class ErrnoTest {
    @Test
    void namesAndWordsOfEitherSign() {
        assertEquals("EPERM", Errno.name(1));
        assertEquals("EPERM", Errno.name(-1));
        assertEquals("operation not permitted", Errno.words(-1));
        assertEquals("address already in use", Errno.words(-Linux.EADDRINUSE()));
        assertEquals("EADDRNOTAVAIL", Errno.name(Linux.EADDRNOTAVAIL()));
        assertEquals("ENETUNREACH", Errno.name(Errno.ENETUNREACH));
        assertEquals("ECANCELED", Errno.name(Linux.ECANCELED()));
    }

    @Test
    void constantsAgreeWithTheHeadersAndTheTable() throws ReflectiveOperationException {
        int checked = 0;
        for (Field constant : Errno.class.getFields()) {
            int number = constant.getInt(null);
            assertEquals(Linux.class.getMethod(constant.getName()).invoke(null), number);
            assertEquals(constant.getName(), Errno.name(number));
            checked++;
        }
        assertTrue(checked > 30, "constants checked: " + checked);
    }

    @Test
    void numbersWithoutANameAreNamedByNumber() {
        assertEquals("errno 0", Errno.name(0));
        assertEquals("errno 4095", Errno.words(-4095));
        assertEquals("errno 2147483648", Errno.words(Integer.MIN_VALUE));
    }
}
