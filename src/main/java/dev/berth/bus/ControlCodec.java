package dev.berth.bus;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.berth.bus.IngressMessage.Holders;
import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;
import dev.berth.bus.IngressMessage.WaitedInVain;
import dev.berth.bus.RegistryMessage.AcquireSlot;
import dev.berth.bus.RegistryMessage.CancelAcquire;
import dev.berth.bus.RegistryMessage.ReturnLease;
import dev.berth.proto.bus.Control;

/**
 * Wire form of every message that is not a frame: {@code Control} of {@code bus.proto} after its length.
 *
 * <p>What stays on its node (a worker's reports, launches, drains, snapshots) has none, so that no other node can
 * say it.
 */
final class ControlCodec extends WireCodec<Object> {
    static final String NAME = "berth.control";

    ControlCodec() {
        super(NAME);
    }

    @Override
    protected void write(WireWriter out, Object message) {
        Control.Builder control = Control.newBuilder();
        if (message instanceof AcquireSlot acquire) {
            control.setAcquireSlot(SlotProtos.write(acquire));
        } else if (message instanceof CancelAcquire cancel) {
            control.setCancelAcquire(SlotProtos.write(cancel));
        } else if (message instanceof ReturnLease returned) {
            control.setReturnLease(SlotProtos.write(returned));
        } else if (message instanceof SlotGranted granted) {
            control.setSlotGranted(SlotProtos.write(granted));
        } else if (message instanceof SlotRefused refused) {
            control.setSlotRefused(SlotProtos.write(refused));
        } else if (message instanceof WaitedInVain waited) {
            control.setWaitedInVain(SlotProtos.write(waited));
        } else if (message instanceof Holders holders) {
            control.setHolders(SlotProtos.write(holders));
        } else if (message instanceof WhyMessage why) {
            WhyProtos.write(control, why);
        } else if (message instanceof ClusterMessage ofNodes) {
            ClusterProtos.write(control, ofNodes);
        } else {
            throw new IllegalArgumentException(message.getClass().getSimpleName() + " does not leave its node");
        }
        out.bytes(control.build().toByteArray());
    }

    @Override
    protected Object read(WireReader in) {
        Control control;
        try {
            control = Control.parseFrom(in.bytes());
        } catch (InvalidProtocolBufferException garbage) {
            throw new MalformedMessageException(garbage);
        }
        return switch (control.getBodyCase()) {
            case ACQUIRE_SLOT -> SlotProtos.read(control.getAcquireSlot());
            case CANCEL_ACQUIRE -> SlotProtos.read(control.getCancelAcquire());
            case RETURN_LEASE -> SlotProtos.read(control.getReturnLease());
            case SLOT_GRANTED -> SlotProtos.read(control.getSlotGranted());
            case SLOT_REFUSED -> SlotProtos.read(control.getSlotRefused());
            case WAITED_IN_VAIN -> SlotProtos.read(control.getWaitedInVain());
            case HOLDERS -> SlotProtos.read(control.getHolders());
            case WHY_ASKED -> WhyProtos.read(control.getWhyAsked());
            case WHY_TOLD -> WhyProtos.read(control.getWhyTold());
            case HELLO, GOODBYE, DIGEST, BEAT, DIGEST_WANTED, WHO_HAS -> ClusterProtos.read(control);
            case BODY_NOT_SET -> throw new MalformedMessageException("no message this version knows");
        };
    }
}
