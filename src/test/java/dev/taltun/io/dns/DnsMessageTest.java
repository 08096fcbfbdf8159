package dev.taltun.io.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.taltun.io.dns.DnsMessage.Verdict;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Questions and answers to the byte, and whatever else may come back. */
class DnsMessageTest {
    private static final HexFormat HEX = HexFormat.of();

    /** {@code vpn.ex} */
    private static final String NAME = "0376706e 02 6578 00";

    private static final String QUESTION = NAME + "0001 0001";

    /** Of an alias, by a pointer to its own name, to another name. */
    private static final String ALIAS = "c00c 0005 0001 0000003c 0004 01 61 c010";

    private static final String ADDRESS = "01 61 c010 0001 0001 0000003c 0004 cb007107";

    private static byte[] bytes(String hex) {
        return HEX.parseHex(hex.replace(" ", ""));
    }

    private static DnsMessage question(int type) {
        try {
            return DnsMessage.question(0x1234, "vpn.ex", type);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static DnsMessage.Answer read(String hex) {
        byte[] answer = bytes(hex);
        return question(DnsMessage.TYPE_A).read(answer, answer.length);
    }

    @Test
    void aQuestionIsWrittenToTheByte() {
        String header = "1234 0100 0001 0000 0000 0001";
        String opt = "00 0029 04d0 00000000 0000";
        assertArrayEquals(bytes(header + QUESTION + opt), question(DnsMessage.TYPE_A).bytes());
        assertArrayEquals(
                bytes(header + NAME + "001c 0001" + opt), question(DnsMessage.TYPE_AAAA).bytes());
    }

    @Test
    void nothingFoundCountsOnlyFromAServerThatKnowsAndSaysAll() {
        String counts = "0001 0000 0000 0000" + QUESTION;
        assertEquals(Verdict.NONE, read("1234 8180" + counts).verdict());
        assertEquals(Verdict.NONE, read("1234 8500" + counts).verdict(), "authoritative");
        assertEquals(Verdict.REFUSED, read("1234 8380" + counts).verdict(), "cut short");
        assertEquals(Verdict.REFUSED, read("1234 8100" + counts).verdict(), "a referral");
    }

    @Test
    void addressesAreFoundBehindAliases() throws UnknownHostException {
        DnsMessage.Answer answer =
                read("1234 8180 0001 0003 0000 0000" + QUESTION + ALIAS + ADDRESS + ADDRESS);
        InetAddress address = InetAddress.getByName("203.0.113.7");
        assertEquals(new DnsMessage.Answer(Verdict.FOUND, List.of(address, address)), answer);
    }

    @Test
    void anIpv6AddressIsFound() throws UnknownHostException {
        byte[] answer =
                bytes(
                        "1234 8180 0001 0001 0000 0000"
                                + NAME
                                + "001c 0001 c00c 001c 0001 00000000 0010 20010db8 00000000 00000000"
                                + " 00000007");
        assertEquals(
                List.of(InetAddress.getByName("2001:db8::7")),
                question(DnsMessage.TYPE_AAAA).read(answer, answer.length).addresses());
    }

    /** Records that say that they are addresses, of a length that none has. */
    @Test
    void anAddressOfAnotherLengthIsNone() {
        for (String record : List.of("0003 cb0071", "0005 cb00710708", "0000")) {
            String answer = "c00c 0001 0001 0000003c" + record;
            assertEquals(
                    Verdict.NONE,
                    read("1234 8180 0001 0001 0000 0000" + QUESTION + answer).verdict());
        }
    }

    @Test
    void theServersRefusalsAreTold() {
        assertEquals(Verdict.NONE, read("1234 8183 0001 0000 0000 0000" + QUESTION).verdict());
        assertEquals(Verdict.REFUSED, read("1234 8182 0001 0000 0000 0000" + QUESTION).verdict());
        assertEquals(Verdict.NONE, read("1234 8180 0001 0000 0000 0000" + QUESTION).verdict());
        assertEquals(
                Verdict.NONE, read("1234 8180 0001 0001 0000 0000" + QUESTION + ALIAS).verdict());
    }

    /** Another number, a question, another name or type: not the answer to this. */
    @Test
    void whatBelongsToAnotherQuestionIsForeign() {
        String counts = "0001 0001 0000 0000";
        String record = "c00c 0001 0001 0000003c 0004 cb007107";
        assertEquals(Verdict.FOUND, read("1234 8180" + counts + QUESTION + record).verdict());
        assertEquals(Verdict.FOREIGN, read("1235 8180" + counts + QUESTION + record).verdict());
        assertEquals(Verdict.FOREIGN, read("1234 0100" + counts + QUESTION + record).verdict());
        String upper = QUESTION.replace("76706e", "56506e");
        assertEquals(Verdict.FOUND, read("1234 8180" + counts + upper + record).verdict());
        String other = QUESTION.replace("76706e", "77706e");
        assertEquals(Verdict.FOREIGN, read("1234 8180" + counts + other + record).verdict());
        String type = NAME + "001c 0001";
        assertEquals(Verdict.FOREIGN, read("1234 8180" + counts + type + record).verdict());
    }

    /** An answer cut short gives what was whole, and a record never reaches past the end. */
    @Test
    void everyLengthIsRead() {
        byte[] whole =
                bytes("1234 8180 0001 0003 0000 0000" + QUESTION + ALIAS + ADDRESS + ADDRESS);
        DnsMessage question = question(DnsMessage.TYPE_A);
        int[] found = new int[whole.length + 1];
        for (int length = 0; length <= whole.length; length++) {
            found[length] = question.read(Arrays.copyOf(whole, length), length).addresses().size();
        }
        int one = whole.length - bytes(ADDRESS).length;
        assertEquals(0, found[one - 1]);
        assertEquals(1, found[one]);
        assertEquals(1, found[whole.length - 1]);
        assertEquals(2, found[whole.length]);
    }

    @Property
    void anythingMayFollowTheQuestion(
            @ForAll byte[] rest, @ForAll @IntRange(min = 0, max = 0xffff) int answers) {
        String header = "1234 8180 0001 %04x 0000 0000".formatted(answers);
        byte[] head = bytes(header + QUESTION);
        byte[] answer = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, answer, head.length, rest.length);
        question(DnsMessage.TYPE_A).read(answer, answer.length);
    }

    @Property
    void anythingMayComeBack(@ForAll byte[] answer) {
        question(DnsMessage.TYPE_A).read(answer, answer.length);
    }

    @Test
    void whatIsNoNameIsNotAskedFor() {
        for (String host : List.of("", ".", "a..b", "x".repeat(64), "a.".repeat(130) + "a")) {
            assertThrows(
                    UnknownHostException.class,
                    () -> DnsMessage.question(1, host, DnsMessage.TYPE_A),
                    host);
        }
    }
}
