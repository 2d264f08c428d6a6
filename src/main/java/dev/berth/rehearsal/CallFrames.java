package dev.berth.rehearsal;

import com.google.protobuf.ByteString;
import dev.berth.proto.ClientMsg;
import dev.berth.proto.DataFrame;
import dev.berth.proto.TryCall;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A load balancer's side of HTTP/2, as far as a rehearsal needs it: everything it says, made up beforehand. No library's
 * client is used, for its code would be compiled too, which costs, and would be of no use to a runner.
 */
final class CallFrames {
    static final int HEAD = 9;
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int GOAWAY = 7;
    static final int END_STREAM = 1;
    static final int ACK = 1;

    private static final int WINDOW_UPDATE = 8;
    private static final int END_HEADERS = 4;
    private static final int PRIORITY = 0x20;
    private static final int CANCEL = 8;

    // Of RFC 7541.
    private static final int LITERAL = 0;
    private static final int REMEMBERED = 0x40;
    private static final int INDEXED = 0x80;
    private static final int METHOD_POST = INDEXED | 3;
    private static final int SCHEME_HTTP = INDEXED | 6;
    private static final int FIRST_REMEMBERED = 62;
    private static final int REMEMBERED_COUNT = 5;

    /** No dependency, and the usual weight. */
    private static final byte[] FIRST_AMONG_EQUALS = {0, 0, 0, 0, 15};
    /** The header {@code custom-key: custom-value}, which nobody reads, in Huffman's code: of RFC 7541, C.4.3. */
    private static final byte[] PACKED = HexFormat.of().parseHex("008825a849e95ba97d7f8925a849e95bb8e8b4bf");

    /** What is answered never uses this up, so it need not be renewed. */
    private static final int WINDOW = Integer.MAX_VALUE - 65_535;

    private static final String COMMON =
            "\"image\":\"rehearsal/function:1\",\"type\":\"sync\",\"app_id\":\"a\",\"fn_id\":\"f\","
                    + "\"url\":\"http://localhost:8080/invoke/rehearsal\",\"method\":\"POST\",\"timeout\":30,\"memory\":128";

    /** Documents as different balancers write them: what is read is not to be always the same. */
    private static final List<String> DOCUMENTS = List.of(
            "{\"id\":\"01M8E1XFD1NS97KDANWSR5MSN4\",\"status\":\"running\"," + COMMON + ",\"idle_timeout\":30,"
                    + "\"cpus\":\"100m\",\"config\":{\"FN_FN_ID\":\"f\",\"FN_APP_ID\":\"a\"},"
                    + "\"headers\":{\"Content-Type\":[\"application/octet-stream\"],\"User-Agent\":[\"rehearsal\"],"
                    + "\"Accept-Encoding\":[\"gzip\"]},\"completed_at\":\"0001-01-01T00:00:00.000Z\","
                    + "\"created_at\":\"2026-01-01T00:00:00.000Z\",\"started_at\":\"0001-01-01T00:00:00.000Z\","
                    + "\"app_name\":\"app\",\"trigger_id\":\"\"}",
            "{ \"id\": \"call-2\", \"priority\": 0, \"weight\": -1.5e2, \"stats\": [ { \"cpu\": 0.25 } ], " + COMMON
                    + ", \"config\": { }, \"error\": null, \"annotations\": { \"a\": [ 1, true, \"\\u00e4\" ] },"
                    + " \"payload\": \"two\\nlines\", \"headers\": { \"Accept\": [ \"text/html\", \"*/*\" ],"
                    + " \"X-Request-Id\": [ \"5\" ], \"Connection\": [ \"keep-alive\" ] } }",
            "{\"id\":\"call-3\"," + COMMON + ",\"syslog_url\":\"\",\"headers\":{}}",
            "{" + COMMON
                    + ",\"config\":{\"A\":\"1\"},\"headers\":{\"Content-Type\":[\"application/json\"]},\"id\":\"call-4\"}");

    private static final String SLOT = "5b".repeat(32);
    private static final int[] BODIES = {16, 100, 4096};

    /** How many kinds of call there are. */
    static final int KINDS = 24;

    private static final byte[][] TRIES = new byte[KINDS][];
    private static final byte[][] PIECES = new byte[KINDS][];
    private static final byte[][] ENDS = new byte[KINDS][];

    static {
        for (int kind = 0; kind < KINDS; kind++) {
            TRIES[kind] = message(ClientMsg.newBuilder()
                    .setTry(TryCall.newBuilder()
                            .setModelsCallJson(DOCUMENTS.get(kind % DOCUMENTS.size()))
                            // The key of the queue is worked out where there is none.
                            .setSlotHashId(ByteString.copyFromUtf8(kind % 6 == 5 ? "" : SLOT)))
                    .build());
            boolean atOnce = kind % 5 == 4;
            PIECES[kind] = message(data(ByteString.copyFrom(new byte[BODIES[kind % BODIES.length]]), atOnce));
            ENDS[kind] = atOnce ? new byte[0] : message(data(ByteString.EMPTY, true));
        }
    }

    /** What a connection opens with. */
    static byte[] opening() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(frame(SETTINGS, 0, 0, new byte[0]));
        bytes.writeBytes(frame(WINDOW_UPDATE, 0, 0, number(WINDOW)));
        return bytes.toByteArray();
    }

    static byte[] settingsAck() {
        return frame(SETTINGS, ACK, 0, new byte[0]);
    }

    /** What a balancer's library sends for a stream whose call is over, for it never half-closes. */
    static byte[] reset(int stream) {
        return frame(RST_STREAM, 0, stream, number(CANCEL));
    }

    /**
     * A whole call: its request and its messages, in a frame each as balancers send them, or cut elsewhere.
     *
     * @param first whether it is the first one of its connection
     */
    static byte[] call(int stream, int kind, boolean first) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        // Some balancers send them anew, so that older ones are forgotten.
        byte[] headers = first || kind % 8 == 6 ? newHeaders() : headers(kind);
        if (kind % 3 == 1) {
            bytes.writeBytes(frame(HEADERS, END_HEADERS | PRIORITY, stream, joined(FIRST_AMONG_EQUALS, headers)));
        } else {
            bytes.writeBytes(frame(HEADERS, END_HEADERS, stream, headers));
        }
        if (kind % 5 == 3) {
            byte[] all = joined(joined(TRIES[kind], PIECES[kind]), ENDS[kind]);
            int cut = all.length - 2 * kind;
            bytes.writeBytes(frame(DATA, 0, stream, Arrays.copyOf(all, cut)));
            bytes.writeBytes(frame(DATA, 0, stream, Arrays.copyOfRange(all, cut, all.length)));
        } else {
            bytes.writeBytes(frame(DATA, 0, stream, TRIES[kind]));
            bytes.writeBytes(frame(DATA, 0, stream, PIECES[kind]));
            if (ENDS[kind].length > 0) {
                bytes.writeBytes(frame(DATA, 0, stream, ENDS[kind]));
            }
        }
        return bytes.toByteArray();
    }

    private static byte[] joined(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }

    private static ClientMsg data(ByteString bytes, boolean eof) {
        return ClientMsg.newBuilder()
                .setData(DataFrame.newBuilder().setData(bytes).setEof(eof))
                .build();
    }

    private static byte[] message(ClientMsg message) {
        byte[] payload = message.toByteArray();
        return ByteBuffer.allocate(payload.length + 5)
                .put((byte) 0)
                .putInt(payload.length)
                .put(payload)
                .array();
    }

    /** The server is to remember all but the first two, of which it knows that they are common. */
    private static byte[] newHeaders() {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(METHOD_POST);
        block.write(SCHEME_HTTP);
        header(block, REMEMBERED, ":path", "/RunnerProtocol/Engage");
        header(block, REMEMBERED, ":authority", "localhost");
        header(block, REMEMBERED, "content-type", "application/grpc");
        header(block, REMEMBERED, "user-agent", "rehearsal");
        header(block, REMEMBERED, "te", "trailers");
        return block.toByteArray();
    }

    private static byte[] headers(int kind) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.write(METHOD_POST);
        block.write(SCHEME_HTTP);
        for (int i = REMEMBERED_COUNT - 1; i >= 0; i--) {
            block.write(INDEXED + FIRST_REMEMBERED + i);
        }
        if (kind % 2 == 0) {
            header(block, LITERAL, "grpc-timeout", "3" + kind + "S");
        }
        if (kind % 4 == 1) {
            block.writeBytes(PACKED);
        }
        return block.toByteArray();
    }

    /** Texts are shorter than 127 bytes. */
    private static void header(ByteArrayOutputStream block, int form, String name, String value) {
        block.write(form);
        block.write(name.length());
        block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(HEAD + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }
}
