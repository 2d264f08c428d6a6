package dev.berth.stream;

import dev.berth.bus.BusCodecs;
import dev.berth.bus.CallValues;
import dev.berth.bus.StreamPayload;
import dev.berth.bus.WireCodec;
import dev.berth.bus.WireReader;
import dev.berth.bus.WireWriter;
import io.vertx.core.Vertx;

/** Wire form of {@link Envelope}. */
final class FrameCodec extends WireCodec<Envelope> {
    static final String NAME = "berth.frame/1";

    private static final int OPEN = 1;
    private static final int DATA = 2;
    private static final int NOTE = 3;
    private static final int END = 4;
    private static final int FINISH = 5;
    private static final int CANCEL = 6;
    private static final int GRANT = 7;
    private static final int PING = 8;
    private static final int PONG = 9;

    FrameCodec() {
        super(NAME);
    }

    static void register(Vertx vertx) {
        BusCodecs.registerOnce(vertx, new FrameCodec());
    }

    @Override
    protected void write(WireWriter out, Envelope envelope) {
        StreamId stream = envelope.stream();
        out.text(stream.initiator()).number(stream.number());
        // The initiator's own frames need not name it twice.
        boolean byInitiator = envelope.from().equals(stream.initiator());
        out.flag(byInitiator);
        if (!byInitiator) {
            out.text(envelope.from());
        }
        Frame frame = envelope.frame();
        if (frame instanceof Frame.Ordered ordered) {
            writeOrdered(out, ordered);
        } else {
            writeControl(out, frame);
        }
    }

    private static void writeOrdered(WireWriter out, Frame.Ordered frame) {
        if (frame instanceof Frame.Data data) {
            out.number(DATA).number(data.seq()).bytes(data.bytes());
        } else if (frame instanceof Frame.Note note) {
            out.number(NOTE).number(note.seq());
            StreamPayload.write(out, note.payload());
        } else if (frame instanceof Frame.End end) {
            out.number(END).number(end.seq());
        } else if (frame instanceof Frame.Finish finish) {
            out.number(FINISH).number(finish.seq());
            StreamPayload.write(out, finish.payload());
        }
    }

    private static void writeControl(WireWriter out, Frame frame) {
        if (frame instanceof Frame.Open open) {
            out.number(OPEN).number(open.window()).number(open.credit());
            StreamPayload.write(out, open.payload());
        } else if (frame instanceof Frame.Cancel cancel) {
            out.number(CANCEL);
            CallValues.writeError(out, cancel.error());
        } else if (frame instanceof Frame.Grant grant) {
            out.number(GRANT).number(grant.total());
        } else if (frame instanceof Frame.Ping ping) {
            out.number(PING).list(ping.opened(), mark -> writeMark(out, mark));
            out.list(ping.accepted(), mark -> writeMark(out, mark));
        } else if (frame instanceof Frame.Pong pong) {
            out.number(PONG).list(pong.opened(), out::number).list(pong.accepted(), out::number);
        }
    }

    private static void writeMark(WireWriter out, Frame.Mark mark) {
        out.number(mark.stream()).number(mark.sent());
    }

    private static Frame.Mark readMark(WireReader in) {
        return new Frame.Mark(in.number(), in.number());
    }

    @Override
    protected Envelope read(WireReader in) {
        StreamId stream = new StreamId(in.text(), in.number());
        String from = in.flag() ? stream.initiator() : in.text();
        return new Envelope(stream, from, readFrame(in));
    }

    private static Frame readFrame(WireReader in) {
        int kind = in.integer();
        return switch (kind) {
            case OPEN -> new Frame.Open(in.number(), in.number(), StreamPayload.read(in));
            case DATA -> new Frame.Data(in.number(), in.buffer());
            case NOTE -> new Frame.Note(in.number(), StreamPayload.read(in));
            case END -> new Frame.End(in.number());
            case FINISH -> new Frame.Finish(in.number(), StreamPayload.read(in));
            case CANCEL -> new Frame.Cancel(CallValues.readError(in));
            case GRANT -> new Frame.Grant(in.number());
            case PING -> new Frame.Ping(in.list(() -> readMark(in)), in.list(() -> readMark(in)));
            case PONG -> new Frame.Pong(in.list(in::number), in.list(in::number));
            default -> throw new IllegalArgumentException("no frame of kind " + kind);
        };
    }
}
