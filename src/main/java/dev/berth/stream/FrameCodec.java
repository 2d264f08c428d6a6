package dev.berth.stream;

import dev.berth.bus.BusCodecs;
import dev.berth.bus.MalformedMessageException;
import dev.berth.bus.PayloadCodec;
import dev.berth.bus.WireCodec;
import dev.berth.bus.WireReader;
import dev.berth.bus.WireWriter;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Wire form of {@link Envelope}: its format, the sender, and each frame after its length. So a frame can gain
 * fields at its end, and a frame of a kind that is not known is passed over; if it was one that counts, the next
 * one shows the gap.
 */
final class FrameCodec extends WireCodec<Envelope> {
    static final String NAME = "berth.frames";

    private static final int FORMAT = 1;

    private static final int OPEN = 1;
    private static final int DATA = 2;
    private static final int NOTE = 3;
    private static final int END = 4;
    private static final int FINISH = 5;
    private static final int CANCEL = 6;
    private static final int GRANT = 7;
    private static final int PING = 8;
    private static final int PONG = 9;

    private final PayloadCodec payloads;

    FrameCodec(Clock clock) {
        super(NAME);
        this.payloads = new PayloadCodec(clock);
    }

    static void register(Vertx vertx) {
        BusCodecs.registerOnce(vertx, new FrameCodec(Clock.systemUTC()));
    }

    @Override
    protected void write(WireWriter out, Envelope envelope) {
        out.number(FORMAT).text(envelope.from());
        out.list(envelope.packets(), packet -> writePacket(out, envelope.from(), packet));
    }

    private void writePacket(WireWriter out, String from, Envelope.Packet packet) {
        StreamId stream = packet.stream();
        // The initiator's own frames need not name it twice.
        boolean byInitiator = from.equals(stream.initiator());
        out.flag(byInitiator);
        if (!byInitiator) {
            out.text(stream.initiator());
        }
        out.number(stream.number()).number(kind(packet.frame())).sized(() -> writeFrame(out, packet.frame()));
    }

    private static int kind(Frame frame) {
        if (frame instanceof Frame.Data) {
            return DATA;
        } else if (frame instanceof Frame.Note) {
            return NOTE;
        } else if (frame instanceof Frame.End) {
            return END;
        } else if (frame instanceof Frame.Finish) {
            return FINISH;
        } else if (frame instanceof Frame.Open) {
            return OPEN;
        } else if (frame instanceof Frame.Cancel) {
            return CANCEL;
        } else if (frame instanceof Frame.Grant) {
            return GRANT;
        } else if (frame instanceof Frame.Ping) {
            return PING;
        } else if (frame instanceof Frame.Pong) {
            return PONG;
        }
        throw new IllegalArgumentException("no wire form for " + frame.getClass());
    }

    private void writeFrame(WireWriter out, Frame frame) {
        if (frame instanceof Frame.Ordered ordered) {
            writeOrdered(out, ordered);
        } else if (frame instanceof Frame.Open open) {
            out.number(open.window()).number(open.credit());
            payloads.write(out, open.payload());
        } else if (frame instanceof Frame.Cancel cancel) {
            payloads.writeError(out, cancel.error());
        } else if (frame instanceof Frame.Grant grant) {
            out.number(grant.total());
        } else if (frame instanceof Frame.Ping ping) {
            out.list(ping.opened(), mark -> writeMark(out, mark));
            out.list(ping.accepted(), mark -> writeMark(out, mark));
        } else if (frame instanceof Frame.Pong pong) {
            out.list(pong.opened(), out::number).list(pong.accepted(), out::number);
        }
    }

    private void writeOrdered(WireWriter out, Frame.Ordered frame) {
        out.number(frame.seq());
        if (frame instanceof Frame.Data data) {
            out.bytes(data.bytes());
        } else if (frame instanceof Frame.Note note) {
            payloads.write(out, note.payload());
        } else if (frame instanceof Frame.Finish finish) {
            payloads.write(out, finish.payload());
        }
    }

    private static void writeMark(WireWriter out, Frame.Mark mark) {
        out.number(mark.stream()).number(mark.sent());
    }

    private static Frame.Mark readMark(WireReader in) {
        return new Frame.Mark(in.number(), in.count());
    }

    @Override
    protected Envelope read(WireReader in) {
        long format = in.number();
        if (format != FORMAT) {
            throw new MalformedMessageException("frames of format " + format);
        }
        String from = in.text();
        List<Envelope.Packet> packets = new ArrayList<>();
        for (long left = in.count(); left > 0; left--) {
            StreamId stream = new StreamId(in.flag() ? from : in.text(), in.number());
            long kind = in.number();
            WireReader frame = in.sized();
            if (kind >= OPEN && kind <= PONG) {
                packets.add(new Envelope.Packet(stream, readFrame((int) kind, frame)));
            }
        }
        return new Envelope(from, packets);
    }

    /** One that cannot be read fails its own stream and no other. */
    private Frame readFrame(int kind, WireReader in) {
        try {
            return switch (kind) {
                case OPEN -> new Frame.Open(in.count(), in.count(), payloads.read(in));
                case DATA -> new Frame.Data(in.count(), in.buffer());
                case NOTE -> new Frame.Note(in.count(), payloads.read(in));
                case END -> new Frame.End(in.count());
                case FINISH -> new Frame.Finish(in.count(), payloads.read(in));
                case CANCEL -> new Frame.Cancel(payloads.readError(in));
                case GRANT -> new Frame.Grant(in.count());
                case PING -> new Frame.Ping(in.list(() -> readMark(in)), in.list(() -> readMark(in)));
                case PONG -> new Frame.Pong(in.list(in::number), in.list(in::number));
                default -> throw new MalformedMessageException("no frame of kind " + kind);
            };
        } catch (MalformedMessageException | IllegalArgumentException garbage) {
            return new Frame.Malformed(String.valueOf(garbage.getMessage()));
        }
    }
}
