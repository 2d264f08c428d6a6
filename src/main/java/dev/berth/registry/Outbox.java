package dev.berth.registry;

import dev.berth.bus.Addresses;
import dev.berth.bus.IngressMessage;
import dev.berth.bus.WorkerMessage;
import dev.berth.bus.WorkerMessage.Reason;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Turns commands into messages for ingresses and workers, and says in the log what was decided. */
final class Outbox {
    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final BiConsumer<String, Object> send;
    private final String registry;
    private final List<String> workers;
    private final long requestWindow;

    /**
     * @param send takes an address and a message for it
     * @param registry address of the registry whose commands these are
     * @param workers addresses, by worker's index
     * @param requestWindow bytes a worker takes of a call before its first grant of credit
     */
    Outbox(BiConsumer<String, Object> send, String registry, List<String> workers, long requestWindow) {
        this.send = send;
        this.registry = registry;
        this.workers = workers;
        this.requestWindow = requestWindow;
    }

    /** Of {@link Command.Drained} nothing is sent: it answers a request. */
    void post(Command command) {
        if (command instanceof Command.Grant grant) {
            grant(grant);
        } else if (command instanceof Command.Refuse refuse) {
            refuse(refuse);
        } else if (command instanceof Command.Explain explain) {
            send.accept(explain.replyTo(), new IngressMessage.WaitedInVain(explain.ticket(), explain.facts()));
        } else if (command instanceof Command.Launch launch) {
            launch(launch);
        } else if (command instanceof Command.Remove remove) {
            remove(remove);
        } else if (command instanceof Command.Revoke revoke) {
            revoke(revoke);
        } else if (command instanceof Command.Wake wake) {
            send.accept(workers.get(wake.worker()), new WorkerMessage.WakeContainer(wake.containerId(), wake.lease()));
        }
    }

    private void grant(Command.Grant grant) {
        LOG.atDebug()
                .addKeyValue("callId", grant.callId())
                .addKeyValue("containerId", grant.containerId())
                .addKeyValue("lease", grant.lease())
                .log("slot granted");
        IngressMessage message = new IngressMessage.SlotGranted(
                grant.ticket(),
                registry,
                Addresses.frames(workers.get(grant.worker())),
                grant.containerId(),
                grant.lease(),
                Duration.ofNanos(grant.claimWithinNanos()),
                requestWindow,
                grant.timings(),
                grant.facts());
        send.accept(grant.replyTo(), message);
    }

    private void refuse(Command.Refuse refuse) {
        LOG.atDebug()
                .addKeyValue("callId", refuse.callId())
                .addKeyValue("errorCode", refuse.error().code())
                .log("slot refused");
        IngressMessage message = new IngressMessage.SlotRefused(
                refuse.ticket(), refuse.error(), refuse.timings(), refuse.facts(), refuse.counts());
        send.accept(refuse.replyTo(), message);
    }

    private void launch(Command.Launch launch) {
        String worker = workers.get(launch.worker());
        LOG.atDebug()
                .addKeyValue("callId", launch.causeCallId())
                .addKeyValue("containerId", launch.containerId())
                .addKeyValue("slotKey", launch.spec().key())
                .addKeyValue("worker", worker)
                .log("container launched");
        WorkerMessage message =
                new WorkerMessage.LaunchContainer(launch.containerId(), launch.spec(), launch.causeCallId());
        send.accept(worker, message);
    }

    private void revoke(Command.Revoke revoke) {
        LOG.atDebug()
                .addKeyValue("containerId", revoke.containerId())
                .addKeyValue("lease", revoke.lease())
                .log("lease not claimed yet");
        WorkerMessage message = new WorkerMessage.RevokeLease(revoke.containerId(), revoke.lease());
        send.accept(workers.get(revoke.worker()), message);
    }

    private void remove(Command.Remove remove) {
        LOG.atLevel(remove.reason() == Reason.EVICTED ? Level.INFO : Level.DEBUG)
                .addKeyValue("containerId", remove.containerId())
                .addKeyValue("reason", remove.reason())
                .log("container removed");
        WorkerMessage message =
                new WorkerMessage.RemoveContainer(remove.containerId(), remove.reason(), remove.shown());
        send.accept(workers.get(remove.worker()), message);
    }
}
