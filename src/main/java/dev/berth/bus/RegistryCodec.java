package dev.berth.bus;

import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ContainerEnding;
import dev.berth.bus.RegistryMessage.ContainerGone;
import dev.berth.bus.RegistryMessage.ContainerPaused;
import dev.berth.bus.RegistryMessage.ContainerReady;
import dev.berth.bus.RegistryMessage.ContainerReleased;
import dev.berth.bus.RegistryMessage.Drain;
import dev.berth.bus.RegistryMessage.LaunchFailed;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.bus.RegistryMessage.Snapshot;

/** Wire form of {@link RegistryMessage}. */
final class RegistryCodec extends WireCodec<RegistryMessage> {
    static final String NAME = "berth.registry/2";

    private static final int ACQUIRE_SLOT = 1;
    private static final int CANCEL_ACQUIRE = 2;
    private static final int RETURN_LEASE = 3;
    private static final int CONTAINER_READY = 4;
    private static final int LAUNCH_FAILED = 5;
    private static final int CONTAINER_RELEASED = 6;
    private static final int CONTAINER_ENDING = 7;
    private static final int CONTAINER_GONE = 8;
    private static final int CONTAINER_PAUSED = 9;
    private static final int DRAIN = 10;
    private static final int SNAPSHOT = 11;

    RegistryCodec() {
        super(NAME);
    }

    @Override
    protected void write(WireWriter out, RegistryMessage message) {
        if (message instanceof AcquireSlot acquire) {
            out.number(ACQUIRE_SLOT)
                    .text(acquire.replyTo())
                    .number(acquire.ticket())
                    .text(acquire.callId());
            CallValues.writeSpec(out, acquire.spec());
        } else if (message instanceof CancelAcquire cancel) {
            out.number(CANCEL_ACQUIRE).text(cancel.replyTo()).number(cancel.ticket());
        } else if (message instanceof Drain) {
            out.number(DRAIN);
        } else if (message instanceof Snapshot) {
            out.number(SNAPSHOT);
        } else {
            writeReport(out, message);
        }
    }

    private static void writeReport(WireWriter out, RegistryMessage message) {
        if (message instanceof ReturnLease lease) {
            out.number(RETURN_LEASE).text(lease.containerId()).number(lease.lease());
        } else if (message instanceof ContainerReady ready) {
            out.number(CONTAINER_READY).text(ready.containerId());
            CallValues.writeTimings(out, ready.timings());
        } else if (message instanceof LaunchFailed failed) {
            out.number(LAUNCH_FAILED).text(failed.containerId());
            CallValues.writeError(out, failed.error());
            CallValues.writeTimings(out, failed.timings());
        } else if (message instanceof ContainerReleased released) {
            out.number(CONTAINER_RELEASED).text(released.containerId()).number(released.lease());
        } else if (message instanceof ContainerEnding ending) {
            out.number(CONTAINER_ENDING).text(ending.containerId());
        } else if (message instanceof ContainerGone gone) {
            out.number(CONTAINER_GONE).text(gone.containerId());
        } else if (message instanceof ContainerPaused paused) {
            out.number(CONTAINER_PAUSED).text(paused.containerId()).flag(paused.paused());
        } else {
            throw new IllegalArgumentException("no wire form for " + message.getClass());
        }
    }

    @Override
    protected RegistryMessage read(WireReader in) {
        int kind = in.integer();
        return switch (kind) {
            case ACQUIRE_SLOT -> new AcquireSlot(in.text(), in.number(), in.text(), CallValues.readSpec(in));
            case CANCEL_ACQUIRE -> new CancelAcquire(in.text(), in.number());
            case RETURN_LEASE -> new ReturnLease(in.text(), in.number());
            case CONTAINER_READY -> new ContainerReady(in.text(), CallValues.readTimings(in));
            case LAUNCH_FAILED -> new LaunchFailed(in.text(), CallValues.readError(in), CallValues.readTimings(in));
            case CONTAINER_RELEASED -> new ContainerReleased(in.text(), in.number());
            case CONTAINER_ENDING -> new ContainerEnding(in.text());
            case CONTAINER_GONE -> new ContainerGone(in.text());
            case CONTAINER_PAUSED -> new ContainerPaused(in.text(), in.flag());
            case DRAIN -> new Drain();
            case SNAPSHOT -> new Snapshot();
            default -> throw new IllegalArgumentException("no registry message of kind " + kind);
        };
    }
}
