package dev.berth.bus;

import com.google.protobuf.ByteString;
import dev.berth.bus.IngressMessage.Holders;
import dev.berth.bus.IngressMessage.Holders.Holder;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.IngressMessage.WaitedInVain;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.call.CallFormat;
import dev.berth.call.ContainerSpec;
import dev.berth.call.Saturating;
import dev.berth.call.SlotKey;
import dev.berth.call.SlotWishes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Messages about slots, to protobuf and back. */
final class SlotProtos {
    private SlotProtos() {}

    static dev.berth.proto.bus.AcquireSlot write(AcquireSlot acquire) {
        return dev.berth.proto.bus.AcquireSlot.newBuilder()
                .setReplyTo(acquire.replyTo())
                .setTicket(acquire.ticket())
                .setCallId(acquire.callId())
                .setSpec(write(acquire.spec()))
                .setExistingOnly(acquire.mode() == AcquireSlot.Mode.EXISTING)
                .setFreeRoomOnly(acquire.mode() == AcquireSlot.Mode.LAUNCH)
                .setPatienceNanos(Saturating.nanos(acquire.patience()))
                .build();
    }

    static AcquireSlot read(dev.berth.proto.bus.AcquireSlot acquire) {
        Ranges.within("patience", acquire.getPatienceNanos(), 0, Saturating.LONGEST_NANOS);
        return new AcquireSlot(
                CallProtos.given("reply address", acquire.getReplyTo()),
                acquire.getTicket(),
                acquire.getCallId(),
                read(acquire.getSpec()),
                mode(acquire),
                Duration.ofNanos(acquire.getPatienceNanos()));
    }

    private static AcquireSlot.Mode mode(dev.berth.proto.bus.AcquireSlot acquire) {
        if (acquire.getExistingOnly()) {
            return AcquireSlot.Mode.EXISTING;
        }
        return acquire.getFreeRoomOnly() ? AcquireSlot.Mode.LAUNCH : AcquireSlot.Mode.ANY;
    }

    static dev.berth.proto.bus.CancelAcquire write(CancelAcquire cancel) {
        return dev.berth.proto.bus.CancelAcquire.newBuilder()
                .setReplyTo(cancel.replyTo())
                .setTicket(cancel.ticket())
                .setExplain(cancel.explain())
                .build();
    }

    static CancelAcquire read(dev.berth.proto.bus.CancelAcquire cancel) {
        return new CancelAcquire(
                CallProtos.given("reply address", cancel.getReplyTo()), cancel.getTicket(), cancel.getExplain());
    }

    static dev.berth.proto.bus.ReturnLease write(ReturnLease returned) {
        return dev.berth.proto.bus.ReturnLease.newBuilder()
                .setContainerId(returned.containerId())
                .setLease(returned.lease())
                .build();
    }

    static ReturnLease read(dev.berth.proto.bus.ReturnLease returned) {
        return new ReturnLease(CallProtos.given("container", returned.getContainerId()), returned.getLease());
    }

    static dev.berth.proto.bus.WaitedInVain write(WaitedInVain waited) {
        return dev.berth.proto.bus.WaitedInVain.newBuilder()
                .setTicket(waited.ticket())
                .setFacts(FactProtos.write(waited.facts()))
                .build();
    }

    static WaitedInVain read(dev.berth.proto.bus.WaitedInVain waited) {
        return new WaitedInVain(waited.getTicket(), FactProtos.read(waited.getFacts()));
    }

    static dev.berth.proto.bus.Holders write(Holders holders) {
        dev.berth.proto.bus.Holders.Builder form =
                dev.berth.proto.bus.Holders.newBuilder().setTicket(holders.ticket());
        for (Holder holder : holders.holders()) {
            form.addHoldersBuilder().setIncarnation(holder.incarnation()).setEntry(ClusterProtos.write(holder.entry()));
        }
        return form.build();
    }

    static Holders read(dev.berth.proto.bus.Holders form) {
        // Before the list is made, not after.
        Ranges.within("holders", form.getHoldersCount(), 0, Holders.MOST);
        List<Holder> holders = new ArrayList<>(form.getHoldersCount());
        for (dev.berth.proto.bus.Holders.Holder holder : form.getHoldersList()) {
            holders.add(new Holder(
                    CallProtos.given("incarnation", holder.getIncarnation()), ClusterProtos.read(holder.getEntry())));
        }
        return new Holders(form.getTicket(), holders);
    }

    static dev.berth.proto.bus.SlotGranted write(SlotGranted granted) {
        return dev.berth.proto.bus.SlotGranted.newBuilder()
                .setTicket(granted.ticket())
                .setWorker(granted.worker())
                .setContainerId(granted.containerId())
                .setLease(granted.lease())
                .setRegistry(granted.registry())
                .setClaimWithinNanos(Saturating.nanos(granted.claimWithin()))
                .setRequestWindow(granted.requestWindow())
                .setTimings(CallProtos.write(granted.timings()))
                .setFacts(FactProtos.write(granted.facts()))
                .build();
    }

    static SlotGranted read(dev.berth.proto.bus.SlotGranted granted) {
        Ranges.notNegative("request window", granted.getRequestWindow());
        Ranges.within("time to claim", granted.getClaimWithinNanos(), 0, Saturating.LONGEST_NANOS);
        return new SlotGranted(
                granted.getTicket(),
                CallProtos.given("registry", granted.getRegistry()),
                CallProtos.given("worker", granted.getWorker()),
                CallProtos.given("container", granted.getContainerId()),
                granted.getLease(),
                Duration.ofNanos(granted.getClaimWithinNanos()),
                granted.getRequestWindow(),
                CallProtos.read(granted.getTimings()),
                FactProtos.read(granted.getFacts()));
    }

    static dev.berth.proto.bus.SlotRefused write(SlotRefused refused) {
        dev.berth.proto.bus.SlotRefused.Builder form = dev.berth.proto.bus.SlotRefused.newBuilder()
                .setTicket(refused.ticket())
                .setError(CallProtos.write(refused.error()))
                .setTimings(CallProtos.write(refused.timings()))
                .setFacts(FactProtos.write(refused.facts()));
        if (refused.counts() != null) {
            form.setCounts(ClusterProtos.write(refused.counts()));
        }
        return form.build();
    }

    static SlotRefused read(dev.berth.proto.bus.SlotRefused refused) {
        return new SlotRefused(
                refused.getTicket(),
                CallProtos.read(refused.getError()),
                CallProtos.read(refused.getTimings()),
                FactProtos.read(refused.getFacts()),
                refused.hasCounts() ? ClusterProtos.read(refused.getCounts()) : null);
    }

    private static dev.berth.proto.bus.ContainerSpec write(ContainerSpec spec) {
        dev.berth.proto.bus.ContainerSpec.Builder form = dev.berth.proto.bus.ContainerSpec.newBuilder()
                .setKey(ByteString.copyFrom(spec.key().bytes()))
                .setImage(spec.image())
                .setFormat(write(spec.format()))
                .putAllEnv(spec.env())
                .setMemoryMib(spec.memoryMiB())
                .setCpuMillis(spec.cpuMillis())
                .setTmpfsMib(spec.tmpfsMiB())
                .setIdleTimeoutNanos(Saturating.nanos(spec.idleTimeout()))
                .setAppId(spec.appId())
                .setAppName(spec.appName())
                .setFnId(spec.fnId())
                .setPath(spec.path())
                .putAllExtensions(spec.extensions())
                .setNetworkDisabled(spec.networkDisabled())
                .setEvictable(spec.evictable())
                .setMinIdle(spec.wishes().minIdle())
                .setConcurrency(spec.wishes().concurrency());
        if (spec.syslogUrl() != null) {
            form.setSyslogUrl(spec.syslogUrl());
        }
        if (spec.registryToken() != null) {
            form.setRegistryToken(spec.registryToken());
        }
        return form.build();
    }

    /** Sizes may be any: the registry refuses what it cannot hold. */
    private static ContainerSpec read(dev.berth.proto.bus.ContainerSpec form) {
        Ranges.positive("length of the slot key", form.getKey().size());
        Ranges.within("idle timeout", form.getIdleTimeoutNanos(), 1, Saturating.LONGEST_NANOS);
        return new ContainerSpec(
                new SlotKey(form.getKey().toByteArray()),
                form.getImage(),
                read(form.getFormat()),
                form.getEnvMap(),
                form.getMemoryMib(),
                form.getCpuMillis(),
                form.getTmpfsMib(),
                Duration.ofNanos(form.getIdleTimeoutNanos()),
                form.hasSyslogUrl() ? form.getSyslogUrl() : null,
                form.getAppId(),
                form.getAppName(),
                form.getFnId(),
                form.getPath(),
                form.hasRegistryToken() ? form.getRegistryToken() : null,
                form.getExtensionsMap(),
                form.getNetworkDisabled(),
                form.getEvictable(),
                wishes(form));
    }

    private static SlotWishes wishes(dev.berth.proto.bus.ContainerSpec form) {
        Ranges.notNegative("containers to keep", form.getMinIdle());
        // A node that does not know it leaves it out.
        int concurrency = Math.max(1, form.getConcurrency());
        Ranges.within("calls at once", concurrency, 1, SlotWishes.MOST_CONCURRENCY);
        return SlotWishes.of(form.getMinIdle(), concurrency);
    }

    private static dev.berth.proto.bus.ContainerSpec.Format write(CallFormat format) {
        return switch (format) {
            case HTTP_STREAM -> dev.berth.proto.bus.ContainerSpec.Format.HTTP_STREAM;
            case DEFAULT -> dev.berth.proto.bus.ContainerSpec.Format.DEFAULT;
            case HTTP -> dev.berth.proto.bus.ContainerSpec.Format.HTTP;
            case JSON -> dev.berth.proto.bus.ContainerSpec.Format.JSON;
            case CLOUDEVENT -> dev.berth.proto.bus.ContainerSpec.Format.CLOUDEVENT;
        };
    }

    private static CallFormat read(dev.berth.proto.bus.ContainerSpec.Format format) {
        return switch (format) {
            case HTTP_STREAM -> CallFormat.HTTP_STREAM;
            case DEFAULT -> CallFormat.DEFAULT;
            case HTTP -> CallFormat.HTTP;
            case JSON -> CallFormat.JSON;
            case CLOUDEVENT -> CallFormat.CLOUDEVENT;
            case UNKNOWN, UNRECOGNIZED -> throw new MalformedMessageException("unknown function format");
        };
    }
}
