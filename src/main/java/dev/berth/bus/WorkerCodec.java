package dev.berth.bus;

import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.bus.WorkerMessage.Reason;
import dev.berth.bus.WorkerMessage.RemoveContainer;

/** Wire form of {@link WorkerMessage}. */
final class WorkerCodec extends WireCodec<WorkerMessage> {
    static final String NAME = "berth.worker/2";

    private static final int LAUNCH_CONTAINER = 1;
    private static final int REMOVE_CONTAINER = 2;

    WorkerCodec() {
        super(NAME);
    }

    @Override
    protected void write(WireWriter out, WorkerMessage message) {
        if (message instanceof LaunchContainer launch) {
            out.number(LAUNCH_CONTAINER).text(launch.containerId());
            CallValues.writeSpec(out, launch.spec());
            out.text(launch.causeCallId());
        } else if (message instanceof RemoveContainer remove) {
            out.number(REMOVE_CONTAINER).text(remove.containerId()).enumValue(remove.reason());
        } else {
            throw new IllegalArgumentException("no wire form for " + message.getClass());
        }
    }

    @Override
    protected WorkerMessage read(WireReader in) {
        int kind = in.integer();
        return switch (kind) {
            case LAUNCH_CONTAINER -> new LaunchContainer(in.text(), CallValues.readSpec(in), in.text());
            case REMOVE_CONTAINER -> new RemoveContainer(in.text(), in.enumValue(Reason.class));
            default -> throw new IllegalArgumentException("no worker message of kind " + kind);
        };
    }
}
