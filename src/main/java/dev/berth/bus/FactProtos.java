package dev.berth.bus;

import dev.berth.why.ColdCause;
import dev.berth.why.ContainerFate;
import dev.berth.why.Places;
import dev.berth.why.RunFacts;
import dev.berth.why.Shortage;
import dev.berth.why.SlotFacts;
import dev.berth.why.Truth;
import java.util.List;

/** Why things went as they did, to protobuf and back. Nothing is decided by it, so that nothing in it is refused. */
final class FactProtos {
    private FactProtos() {}

    static dev.berth.proto.bus.SlotFacts write(SlotFacts facts) {
        dev.berth.proto.bus.SlotFacts.Builder form = dev.berth.proto.bus.SlotFacts.newBuilder()
                .setStart(Places.of(facts.start()))
                .setWaited(Places.of(facts.waited()))
                .setAhead(facts.ahead())
                .setBusy(facts.busy())
                .setRefused(Places.of(facts.refused()));
        if (facts.cold() != null) {
            form.setCold(write(facts.cold()));
        }
        if (facts.shortage() != null) {
            form.setShortage(write(facts.shortage()));
        }
        return form.build();
    }

    static SlotFacts read(dev.berth.proto.bus.SlotFacts form) {
        return new SlotFacts(
                Places.at(SlotFacts.Start.values(), form.getStart()),
                Places.at(SlotFacts.Waited.values(), form.getWaited()),
                form.getAhead(),
                form.getBusy(),
                form.hasCold() ? read(form.getCold()) : null,
                Places.at(SlotFacts.Refused.values(), form.getRefused()),
                form.hasShortage() ? read(form.getShortage()) : null);
    }

    private static dev.berth.proto.bus.SlotFacts.Cold write(ColdCause cause) {
        return dev.berth.proto.bus.SlotFacts.Cold.newBuilder()
                .setReason(Places.of(cause.reason()))
                .setAgoMillis(cause.agoMillis())
                .setNumber(cause.number())
                .setOther(cause.other())
                .setWantedBytes(cause.wantedBytes())
                .setFreeBytes(cause.freeBytes())
                .build();
    }

    private static ColdCause read(dev.berth.proto.bus.SlotFacts.Cold form) {
        return new ColdCause(
                Places.at(ColdCause.Reason.values(), form.getReason()),
                form.getAgoMillis(),
                form.getNumber(),
                form.getOther(),
                form.getWantedBytes(),
                form.getFreeBytes());
    }

    private static dev.berth.proto.bus.SlotFacts.Shortage write(Shortage shortage) {
        dev.berth.proto.bus.SlotFacts.Shortage.Builder form = dev.berth.proto.bus.SlotFacts.Shortage.newBuilder()
                .setMissingBytes(shortage.missingBytes())
                .setMissingCpuMillis(shortage.missingCpuMillis())
                .setWantedBytes(shortage.wantedBytes())
                .setWantedCpuMillis(shortage.wantedCpuMillis())
                .setFirst(shortage.first());
        for (Shortage.Holder holder : shortage.holders()) {
            form.addHolders(dev.berth.proto.bus.SlotFacts.Shortage.Holder.newBuilder()
                    .setImage(holder.image())
                    .setBytes(holder.bytes())
                    .setCpuMillis(holder.cpuMillis()));
        }
        return form.build();
    }

    private static Shortage read(dev.berth.proto.bus.SlotFacts.Shortage form) {
        List<Shortage.Holder> holders = form.getHoldersList().stream()
                .limit(Shortage.MAX_HOLDERS)
                .map(each -> new Shortage.Holder(each.getImage(), each.getBytes(), each.getCpuMillis()))
                .toList();
        return new Shortage(
                form.getMissingBytes(),
                form.getMissingCpuMillis(),
                form.getWantedBytes(),
                form.getWantedCpuMillis(),
                form.getFirst(),
                holders);
    }

    static dev.berth.proto.bus.RunFacts write(RunFacts facts) {
        dev.berth.proto.bus.RunFacts.Builder form = dev.berth.proto.bus.RunFacts.newBuilder()
                .setWakeNanos(facts.wakeNanos())
                .setWokenByEngine(facts.wokenByEngine())
                .setFate(Places.of(facts.fate().kind()))
                .setFateCode(facts.fate().code());
        if (facts.truth().known()) {
            form.setTruth(write(facts.truth()));
        }
        return form.build();
    }

    static RunFacts read(dev.berth.proto.bus.RunFacts form) {
        return new RunFacts(
                form.getWakeNanos(),
                form.getWokenByEngine(),
                new ContainerFate(Places.at(ContainerFate.Kind.values(), form.getFate()), form.getFateCode()),
                form.hasTruth() ? read(form.getTruth()) : Truth.NONE);
    }

    static dev.berth.proto.bus.RunFacts.Truth write(Truth truth) {
        return dev.berth.proto.bus.RunFacts.Truth.newBuilder()
                .setCpuMicros(truth.cpuMicros())
                .setThrottledMicros(truth.throttledMicros())
                .setPeakBytes(truth.peakBytes())
                .setLimitBytes(truth.limitBytes())
                .setPeakOfCall(truth.peakOfCall())
                .build();
    }

    static Truth read(dev.berth.proto.bus.RunFacts.Truth form) {
        return new Truth(
                Math.max(0, form.getCpuMicros()),
                form.getThrottledMicros(),
                form.getPeakBytes(),
                form.getLimitBytes(),
                form.getPeakOfCall());
    }
}
