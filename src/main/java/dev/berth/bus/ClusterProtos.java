package dev.berth.bus;

import dev.berth.bus.ClusterMessage.Beat;
import dev.berth.bus.ClusterMessage.Digest;
import dev.berth.bus.ClusterMessage.DigestWanted;
import dev.berth.bus.ClusterMessage.Entry;
import dev.berth.bus.ClusterMessage.Goodbye;
import dev.berth.bus.ClusterMessage.Hello;
import dev.berth.bus.ClusterMessage.WhoHas;
import dev.berth.proto.bus.Control;
import java.util.ArrayList;
import java.util.List;

/** Messages of nodes about themselves, to protobuf and back. Ranges are checked by the records. */
final class ClusterProtos {
    private ClusterProtos() {}

    static void write(Control.Builder control, ClusterMessage message) {
        if (message instanceof Hello hello) {
            control.setHello(write(hello));
        } else if (message instanceof Goodbye goodbye) {
            control.getGoodbyeBuilder().setIncarnation(goodbye.incarnation());
        } else if (message instanceof Digest digest) {
            control.setDigest(write(digest));
        } else if (message instanceof Beat beat) {
            control.getBeatBuilder().setIncarnation(beat.incarnation()).setDigestVersion(beat.digestVersion());
        } else if (message instanceof DigestWanted wanted) {
            control.getDigestWantedBuilder()
                    .setIncarnation(wanted.incarnation())
                    .setLastVersion(wanted.lastVersion());
        } else if (message instanceof WhoHas question) {
            control.getWhoHasBuilder()
                    .setIncarnation(question.incarnation())
                    .setReplyTo(question.replyTo())
                    .setTicket(question.ticket())
                    .setHash(question.hash());
        }
    }

    /** Of a body that is one of ours. */
    static ClusterMessage read(Control control) {
        return switch (control.getBodyCase()) {
            case HELLO -> read(control.getHello());
            case GOODBYE -> new Goodbye(incarnation(control.getGoodbye().getIncarnation()));
            case DIGEST -> read(control.getDigest());
            case BEAT ->
                new Beat(
                        incarnation(control.getBeat().getIncarnation()),
                        control.getBeat().getDigestVersion());
            case DIGEST_WANTED ->
                new DigestWanted(
                        incarnation(control.getDigestWanted().getIncarnation()),
                        control.getDigestWanted().getLastVersion());
            case WHO_HAS -> read(control.getWhoHas());
            default -> throw new MalformedMessageException("no message of a node");
        };
    }

    private static WhoHas read(dev.berth.proto.bus.WhoHas question) {
        return new WhoHas(
                incarnation(question.getIncarnation()),
                CallProtos.given("reply address", question.getReplyTo()),
                question.getTicket(),
                question.getHash());
    }

    private static String incarnation(String text) {
        return CallProtos.given("incarnation", text);
    }

    private static dev.berth.proto.bus.Hello write(Hello hello) {
        return dev.berth.proto.bus.Hello.newBuilder()
                .setIncarnation(hello.incarnation())
                .setNodeId(hello.nodeId())
                .setProtocol(hello.protocol())
                .setVersion(hello.version())
                .setMemoryBytes(hello.memoryBytes())
                .setCpuMillis(hello.cpuMillis())
                .build();
    }

    private static Hello read(dev.berth.proto.bus.Hello hello) {
        return new Hello(
                incarnation(hello.getIncarnation()),
                hello.getNodeId(),
                hello.getProtocol(),
                hello.getVersion(),
                hello.getMemoryBytes(),
                hello.getCpuMillis());
    }

    private static dev.berth.proto.bus.Digest write(Digest digest) {
        dev.berth.proto.bus.Digest.Builder form = dev.berth.proto.bus.Digest.newBuilder()
                .setIncarnation(digest.incarnation())
                .setProtocol(digest.protocol())
                .setVersion(digest.version())
                .setBase(digest.base())
                .setDraining(digest.draining())
                .setFreeMemoryBytes(digest.freeMemoryBytes())
                .setFreeCpuMillis(digest.freeCpuMillis())
                .setLoad(digest.load());
        for (Entry entry : digest.entries()) {
            form.addEntries(write(entry));
        }
        return form.build();
    }

    static dev.berth.proto.bus.Digest.Entry write(Entry entry) {
        return dev.berth.proto.bus.Digest.Entry.newBuilder()
                .setHash(entry.hash())
                .setIdle(entry.idle())
                .setBusy(entry.busy())
                .setStarting(entry.starting())
                .setWaiting(entry.waiting())
                .setServiceMicros(entry.serviceMicros())
                .setStartMicros(entry.startMicros())
                .build();
    }

    static Entry read(dev.berth.proto.bus.Digest.Entry entry) {
        return new Entry(
                entry.getHash(),
                entry.getIdle(),
                entry.getBusy(),
                entry.getStarting(),
                entry.getWaiting(),
                entry.getServiceMicros(),
                entry.getStartMicros());
    }

    private static Digest read(dev.berth.proto.bus.Digest form) {
        // Before the list is made, not after.
        Ranges.within("entries", form.getEntriesCount(), 0, ClusterMessage.MAX_ENTRIES);
        List<Entry> entries = new ArrayList<>(form.getEntriesCount());
        for (dev.berth.proto.bus.Digest.Entry entry : form.getEntriesList()) {
            entries.add(read(entry));
        }
        return new Digest(
                incarnation(form.getIncarnation()),
                form.getProtocol(),
                form.getVersion(),
                form.getBase(),
                form.getDraining(),
                form.getFreeMemoryBytes(),
                form.getFreeCpuMillis(),
                form.getLoad(),
                entries);
    }
}
