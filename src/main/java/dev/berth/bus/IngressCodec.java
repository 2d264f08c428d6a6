package dev.berth.bus;

import dev.berth.bus.IngressMessage.SlotGranted;
import dev.berth.bus.IngressMessage.SlotRefused;

/** Wire form of {@link IngressMessage}. */
final class IngressCodec extends WireCodec<IngressMessage> {
    static final String NAME = "berth.ingress/1";

    private static final int SLOT_GRANTED = 1;
    private static final int SLOT_REFUSED = 2;

    IngressCodec() {
        super(NAME);
    }

    @Override
    protected void write(WireWriter out, IngressMessage message) {
        if (message instanceof SlotGranted granted) {
            out.number(SLOT_GRANTED).number(granted.ticket()).text(granted.worker());
            out.text(granted.containerId()).number(granted.lease()).number(granted.requestWindow());
            CallValues.writeTimings(out, granted.timings());
        } else if (message instanceof SlotRefused refused) {
            out.number(SLOT_REFUSED).number(refused.ticket());
            CallValues.writeError(out, refused.error());
            CallValues.writeTimings(out, refused.timings());
        } else {
            throw new IllegalArgumentException("no wire form for " + message.getClass());
        }
    }

    @Override
    protected IngressMessage read(WireReader in) {
        int kind = in.integer();
        return switch (kind) {
            case SLOT_GRANTED ->
                new SlotGranted(
                        in.number(), in.text(), in.text(), in.number(), in.number(), CallValues.readTimings(in));
            case SLOT_REFUSED -> new SlotRefused(in.number(), CallValues.readError(in), CallValues.readTimings(in));
            default -> throw new IllegalArgumentException("no ingress message of kind " + kind);
        };
    }
}
