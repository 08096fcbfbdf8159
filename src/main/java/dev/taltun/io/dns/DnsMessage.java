package dev.taltun.io.dns;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A question for the addresses of one family that a name has, and its answer. All numbers are big
 * endian.
 *
 * <pre>
 *  0  | id u16                             |    record:  name            labels, or a pointer
 *  2  | QR 1  opcode 4  AA TC RD 1  RA  Z  |             type u16        A 1, AAAA 28, OPT 41
 *     |   RCODE 4                          |             class u16       IN 1
 *  4  | questions u16                      |             ttl u32
 *  6  | answers u16                        |             length u16
 *  8  | authorities u16                    |             data            4 or 16 bytes
 *  10 | additional u16                     |
 *  12 | question: name, type u16, class u16    name: {length u8, bytes}* 0; length >= 0xc0: pointer
 * </pre>
 */
final class DnsMessage {
    /** Most bytes we say we take: what no path fragments (DNS flag day 2020). */
    static final int MAX_BYTES = 1232;

    static final int TYPE_A = 1;
    static final int TYPE_AAAA = 28;

    private static final int TYPE_OPT = 41;
    private static final int CLASS_IN = 1;
    private static final int HEADER_BYTES = 12;
    private static final int FLAGS_OFFSET = 2;
    private static final int QUESTIONS_OFFSET = 4;
    private static final int ANSWERS_OFFSET = 6;

    /** Type, class, ttl and length. */
    private static final int RECORD_BYTES = 10;

    private static final int RESPONSE = 0x8000;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int AUTHORITATIVE = 0x0400;
    private static final int TRUNCATED = 0x0200;
    private static final int RECURSION_AVAILABLE = 0x0080;
    private static final int RCODE = 0xf;
    private static final int NO_SUCH_NAME = 3;
    private static final int POINTER = 0xc0;
    private static final int LABEL_MAX = 63;
    private static final int NAME_MAX = 253;

    /** What a server says. */
    enum Verdict {
        /** There are addresses. */
        FOUND,
        /** The name, or addresses of this family for it, do not exist. */
        NONE,
        /** The server cannot say; another may. */
        REFUSED,
        /** No answer to this question. */
        FOREIGN
    }

    /**
     * An answer.
     *
     * @param addresses in the server's order; those of {@link Verdict#FOUND}
     */
    record Answer(Verdict verdict, List<InetAddress> addresses) {
        static Answer of(Verdict verdict) {
            return new Answer(verdict, List.of());
        }
    }

    private final int id;
    private final int type;
    private final byte[] question;
    private final byte[] bytes;

    private DnsMessage(int id, int type, byte[] name) {
        this.id = id;
        this.type = type;
        question =
                ByteBuffer.allocate(name.length + 4)
                        .put(name)
                        .putShort((short) type)
                        .putShort((short) CLASS_IN)
                        .array();
        bytes =
                ByteBuffer.allocate(HEADER_BYTES + question.length + 1 + RECORD_BYTES)
                        .putShort((short) id)
                        .putShort((short) RECURSION_DESIRED)
                        .putShort((short) 1)
                        .putShort((short) 0)
                        .putShort((short) 0)
                        .putShort((short) 1)
                        .put(question)
                        .put((byte) 0)
                        .putShort((short) TYPE_OPT)
                        .putShort((short) MAX_BYTES)
                        .putInt(0)
                        .putShort((short) 0)
                        .array();
    }

    /**
     * A question.
     *
     * @param id 16 bits that nobody can guess
     * @param type {@link #TYPE_A} or {@link #TYPE_AAAA}
     * @throws UnknownHostException when it is no name that can be asked for
     */
    static DnsMessage question(int id, String host, int type) throws UnknownHostException {
        return new DnsMessage(id & 0xffff, type, labels(host));
    }

    private static byte[] labels(String host) throws UnknownHostException {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (name.isEmpty() || name.length() > NAME_MAX) {
            throw new UnknownHostException(host);
        }
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        for (String label : name.split("\\.", -1)) {
            byte[] ascii = label.getBytes(StandardCharsets.UTF_8);
            if (ascii.length == 0 || ascii.length > LABEL_MAX) {
                throw new UnknownHostException(host);
            }
            labels.write(ascii.length);
            labels.writeBytes(ascii);
        }
        labels.write(0);
        return labels.toByteArray();
    }

    /** What is sent. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** Reads what came back; the bytes may be anything. */
    Answer read(byte[] answer, int length) {
        ByteBuffer in = ByteBuffer.wrap(answer, 0, length).slice();
        int records = HEADER_BYTES + question.length;
        if (length < records
                || (in.getShort(0) & 0xffff) != id
                || (in.getShort(FLAGS_OFFSET) & RESPONSE) == 0
                || in.getShort(QUESTIONS_OFFSET) != 1
                || !repeatsQuestion(answer)) {
            return Answer.of(Verdict.FOREIGN);
        }
        int rcode = in.getShort(FLAGS_OFFSET) & RCODE;
        if (rcode != 0) {
            return Answer.of(rcode == NO_SUCH_NAME ? Verdict.NONE : Verdict.REFUSED);
        }
        List<InetAddress> found = new ArrayList<>();
        int at = records;
        for (int left = in.getShort(ANSWERS_OFFSET) & 0xffff; left > 0 && at >= 0; left--) {
            at = record(in, at, found);
        }
        if (!found.isEmpty()) {
            return new Answer(Verdict.FOUND, found);
        }
        // Cut short, or a referral by a server that neither knows nor asks: another may know.
        int flags = in.getShort(FLAGS_OFFSET);
        boolean lame = (flags & (AUTHORITATIVE | RECURSION_AVAILABLE)) == 0;
        return Answer.of((flags & TRUNCATED) != 0 || lame ? Verdict.REFUSED : Verdict.NONE);
    }

    /** Servers may give the name back in other letter cases. */
    private boolean repeatsQuestion(byte[] answer) {
        for (int i = 0; i < question.length; i++) {
            int ours = question[i];
            int theirs = answer[HEADER_BYTES + i];
            if (ours != theirs && Character.toLowerCase(ours) != Character.toLowerCase(theirs)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes the address out of a record, whoever's it is: the server has followed the aliases.
     *
     * @return where the next record is; negative when the message ends before
     */
    private int record(ByteBuffer in, int start, List<InetAddress> found) {
        int at = skipName(in, start);
        if (at < 0 || at + RECORD_BYTES > in.limit()) {
            return -1;
        }
        int data = at + RECORD_BYTES;
        int size = in.getShort(at + RECORD_BYTES - 2) & 0xffff;
        if (data + size > in.limit()) {
            return -1;
        }
        boolean wanted =
                in.getShort(at) == type
                        && in.getShort(at + 2) == CLASS_IN
                        && size == (type == TYPE_A ? 4 : 16);
        if (wanted) {
            byte[] ip = new byte[size];
            in.get(data, ip);
            try {
                found.add(InetAddress.getByAddress(ip));
            } catch (UnknownHostException e) {
                throw new AssertionError("4 or 16 bytes are an address", e);
            }
        }
        return data + size;
    }

    /** Where what follows a name is, pointers not followed; negative when the message ends. */
    private static int skipName(ByteBuffer in, int start) {
        int at = start;
        while (at < in.limit()) {
            int length = in.get(at) & 0xff;
            if (length >= POINTER) {
                return at + 2;
            }
            at += 1 + length;
            if (length == 0) {
                return at;
            }
        }
        return -1;
    }
}
