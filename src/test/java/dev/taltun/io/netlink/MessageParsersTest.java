package dev.taltun.io.netlink;

import static dev.taltun.memory.Layouts.BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.taltun.ffi.Errno;
import dev.taltun.ffi.linux.Linux;
import dev.taltun.io.IpText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageParsersTest {
    private static final Link LINK = new Link(7, "taltun0", 0, 1420, 500, "tun");

    @Property
    void randomBytesNeverThrow(@ForAll byte[] bytes) {
        readAll(bytes);
    }

    @Property
    void randomBodiesOfEveryParserNeverThrow(@ForAll @Size(max = 200) byte[] body) {
        MemorySegment segment = MemorySegment.ofArray(body);
        LinkMessage.parse(segment);
        AddressMessage.parse(segment);
        RouteMessage.parse(segment);
        RuleMessage.parse(segment);
    }

    @Property
    void damagedMessagesNeverThrow(
            @ForAll @IntRange(max = 4) int kind,
            @ForAll @IntRange(max = 299) int at,
            @ForAll byte value,
            @ForAll @IntRange(max = 300) int cut) {
        byte[] bytes = samples().get(kind);
        bytes[at % bytes.length] = value;
        readAll(bytes);
        readAll(Arrays.copyOf(bytes, cut % bytes.length));
    }

    @Test
    void truncatedBodiesAreRefused() {
        for (int size = 0; size < 12; size++) {
            MemorySegment body = MemorySegment.ofArray(new byte[size]);
            assertNull(LinkMessage.parse(body));
            assertNull(RouteMessage.parse(body));
            assertNull(RuleMessage.parse(body));
            assertNull(AddressMessage.parse(body));
        }
        MemorySegment empty = MemorySegment.ofArray(new byte[16]);
        assertNotNull(LinkMessage.parse(empty));
        assertNull(AddressMessage.parse(empty), "an address message without an address");
        assertNull(RouteMessage.parse(empty), "a route of family 0");
    }

    @Test
    void routesComeBackAsTheyWereWritten() throws Exception {
        Route v4 = Route.through(LINK, ip("192.168.50.0"), 24);
        Route v6 = Route.through(LINK, ip("fd00:50::"), 48);
        for (Route route :
                List.of(
                        v4,
                        v4.withGateway(ip("10.0.0.1")).withSource(ip("10.0.0.2")),
                        v4.withGateway(ip("fe80::1")).withTable(100_000).withMetric(9),
                        v6.withGateway(ip("fe80::1")).withTable(-2),
                        Route.through(LINK, ip("::"), 0),
                        Route.through(LINK, ip("0.0.0.0"), 0))) {
            Messages messages = single(request -> RouteMessage.writeAdd(request, route, false));
            assertEquals(Linux.RTM_NEWROUTE(), messages.type());
            assertEquals(route, RouteMessage.parse(messages.body()));
        }
    }

    @Test
    void addressesComeBackAsTheyWereWritten() throws Exception {
        InetAddress address = ip("fd00:100::1");
        Messages messages = single(request -> AddressMessage.writeAdd(request, 7, address, 64));
        assertEquals(
                new LinkAddress(7, address, 64, 0, Linux.IFA_F_NODAD()),
                AddressMessage.parse(messages.body()));
        assertFalse(messages.next());
    }

    @Test
    void lengthsThatDoNotFitEndTheList() {
        byte[] list = new byte[16];
        MemorySegment segment = MemorySegment.ofArray(list);
        for (int length : new int[] {0, 3, 17, 0xffff}) {
            segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) length);
            assertFalse(new Attributes(segment, 0).next(), "attribute length " + length);
        }
        segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) 15);
        Attributes attributes = new Attributes(segment, 0);
        assertTrue(attributes.next());
        assertEquals(11, attributes.value().byteSize());
        assertFalse(attributes.next());
        for (int length : new int[] {0, 15, 17, -1}) {
            segment.set(ValueLayout.JAVA_INT_UNALIGNED, 0, length);
            assertFalse(new Messages(segment).next(), "message length " + length);
        }
    }

    @Test
    void mappedIpv6AddressStaysIpv6() {
        byte[] bytes = new byte[16];
        bytes[10] = -1;
        bytes[11] = -1;
        bytes[15] = 1;
        assertEquals(16, IpText.address(bytes).getAddress().length);
        assertNull(IpText.address(new byte[5]));
    }

    @Test
    void addressTextIsCanonical() throws Exception {
        for (String text :
                List.of(
                        "10.0.0.1",
                        "::",
                        "::1",
                        "1::",
                        "fd00:100::1",
                        "2001:db8::1:0:0:1",
                        "2001:db8:0:1:1:1:1:1",
                        "1:2:3:4:5:6:7:8",
                        "fe80::a:0:0")) {
            assertEquals(text, IpText.text(ip(text)));
        }
    }

    @Property
    void addressTextNamesTheSameAddress(@ForAll @Size(16) byte[] bytes) throws Exception {
        InetAddress address = IpText.address(bytes);
        assertEquals(address, IpText.address(ip(IpText.text(address)).getAddress()));
    }

    @Test
    void errorTextIsFoundBehindTheEchoedRequest() {
        assertEquals("Invalid prefix.", error(Linux.NLM_F_ACK_TLVS() | Linux.NLM_F_CAPPED(), 400));
        assertEquals("Invalid prefix.", error(Linux.NLM_F_ACK_TLVS(), 16));
        assertEquals("", error(Linux.NLM_F_ACK_TLVS(), 400));
        assertEquals("", error(0, 16));
    }

    @Test
    void wordingOfRefusals() {
        assertEquals(
                "setting 10.0.0.1/24 on taltun0: operation not permitted; run as root or give"
                        + " CAP_NET_ADMIN",
                Operation.ADD_ADDRESS
                        .failed("setting 10.0.0.1/24 on taltun0", Reply.failed(Errno.EPERM))
                        .getMessage());
        Reply odd = new Reply(4000, "line one\nline two\u0007.", false);
        assertEquals(
                "x: errno 4000 (kernel: line one line two); see 'dmesg' for the kernel's reason",
                Operation.SET_LINK.failed("x", odd).getMessage());
        for (Operation operation : Operation.values()) {
            for (int errno = 1; errno < 140; errno++) {
                String message = operation.failed("doing", Reply.failed(errno)).getMessage();
                assertTrue(message.matches("doing: \\S.+; \\S.+"), message);
            }
        }
    }

    /** Error text of an error message for a request of the given length, of which 16 are echoed. */
    private static String error(int flags, int requestLength) {
        Messages messages =
                single(
                        request -> {
                            MemorySegment header =
                                    request.start(Linux.NLMSG_ERROR(), flags, 4 + 16);
                            header.set(ValueLayout.JAVA_INT_UNALIGNED, 0, -Errno.EINVAL);
                            header.set(ValueLayout.JAVA_INT_UNALIGNED, 4, requestLength);
                            request.putText(Linux.NLMSGERR_ATTR_MSG(), "Invalid prefix.");
                        });
        assertEquals(Errno.EINVAL, messages.errno());
        return messages.errorText();
    }

    private static List<byte[]> samples() {
        try {
            InetAddress address = ip("fd00::1");
            Route route = Route.through(LINK, ip("192.168.50.0"), 24).withGateway(ip("fe80::1"));
            return List.of(
                    bytes(request -> RouteMessage.writeAdd(request, route, true)),
                    bytes(request -> AddressMessage.writeAdd(request, 7, address, 64)),
                    bytes(request -> LinkMessage.writeAddressGeneration(request, 7, 1)),
                    bytes(request -> LinkMessage.writeFind(request, "taltun0")),
                    bytes(
                            request -> {
                                request.start(Linux.NLMSG_ERROR(), Linux.NLM_F_ACK_TLVS(), 20);
                                request.putText(Linux.NLMSGERR_ATTR_MSG(), "no");
                            }));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Messages single(Consumer<Request> write) {
        Messages messages = new Messages(MemorySegment.ofArray(bytes(write)));
        assertTrue(messages.next());
        return messages;
    }

    private static byte[] bytes(Consumer<Request> write) {
        try (Arena arena = Arena.ofConfined()) {
            Request request = new Request(arena);
            write.accept(request);
            return request.finish(1).toArray(BYTE);
        }
    }

    private static void readAll(byte[] bytes) {
        Messages messages = new Messages(MemorySegment.ofArray(bytes));
        while (messages.next()) {
            messages.errno();
            messages.errorText();
            messages.isInterrupted();
            LinkMessage.parse(messages.body());
            AddressMessage.parse(messages.body());
            RouteMessage.parse(messages.body());
        }
    }

    private static InetAddress ip(String literal) throws Exception {
        return InetAddress.getByName(literal);
    }
}
