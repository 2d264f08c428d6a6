package dev.berth.worker;

import dev.berth.bus.Shown;
import dev.berth.bus.WorkerMessage.LaunchContainer;
import dev.berth.call.Seal;
import dev.berth.config.AdoptConfig;
import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerState;
import dev.berth.engine.EngineContainer;
import dev.berth.engine.Remains;
import dev.berth.error.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves one container to the next runner, or takes it over from an earlier one. Confined to the worker's context;
 * blocking work is done off it.
 */
final class ContainerHandover {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerHandover.class);

    private final LaunchContainer order;
    private final WorkerParts parts;
    private final ContainerAssembly assembly;
    private final FunctionDialer dialer;
    private final Vertx vertx;
    private Shown shown = Shown.NONE;
    private Future<Void> recording = Future.succeededFuture();

    ContainerHandover(
            LaunchContainer order,
            WorkerParts parts,
            ContainerAssembly assembly,
            FunctionDialer dialer,
            Context context) {
        this.order = order;
        this.parts = parts;
        this.assembly = assembly;
        this.dialer = dialer;
        this.vertx = context.owner();
    }

    /** Completes when nothing is being written: only then may what was written be removed. Does not fail. */
    Future<Void> settled() {
        return recording.otherwiseEmpty();
    }

    /** The container is ready: should this runner crash, the next one may want to find it again. */
    void begun() {
        if (parts.config().adopting().adopt() == AdoptConfig.Adopt.FROZEN && assembly.overSocket()) {
            recording = record(false);
            recording.onFailure(none -> LOG.atDebug()
                    .addKeyValue("containerId", order.containerId())
                    .addKeyValue("reason", none.getMessage())
                    .log("the container could not be found again after a crash"));
        }
    }

    /** What the next runner is to know of the function when it is left the container. */
    void tell(Shown known) {
        shown = known;
    }

    /** Of a frozen container. If it fails the container is this runner's still, to be removed. */
    Future<Void> leave() {
        if (!parts.config().adopting().on() || !assembly.overSocket()) {
            return Future.failedFuture("it cannot be left");
        }
        recording = settled().compose(before -> record(true));
        return recording.onSuccess(written -> assembly.container().leave());
    }

    private Future<Void> record(boolean handedOver) {
        return assembly.container().remains(assembly.directory().path()).compose(remains -> {
            Shown known = shown;
            return vertx.executeBlocking(() -> write(remains, known, handedOver), false);
        });
    }

    private Void write(Remains remains, Shown known, boolean handedOver) throws IOException {
        SocketDirectory directory = assembly.directory();
        Seal seal = parts.seals().of(Objects.requireNonNull(directory.home().getParent()));
        Path socket = assembly.socket().pinned();
        LeftContainer adopted = assembly.adopted();
        new LeftContainer(
                        directory,
                        remains,
                        seal,
                        adopted == null ? seal.standIn(order.spec()) : adopted.standIn(),
                        adopted == null ? seal.of(order.spec()) : adopted.sealedSpec(),
                        seal.of(parts.engine().setup()),
                        socket.getFileName().toString(),
                        FunctionSocket.inode(socket),
                        known,
                        handedOver,
                        System.currentTimeMillis())
                .write();
        return null;
    }

    /** Completes when the registry has been told of it, or fails when its lifecycle has. */
    Future<Void> adopt(LeftContainer left, int worker, ContainerLaunch.Owner owner, ContainerReports reports) {
        return takeOver(left)
                .onSuccess(found -> owner.turn(() -> {
                    boolean wanted = owner.state() == ContainerState.ADOPTING;
                    owner.take(ContainerEvent.ADOPTED);
                    if (wanted) {
                        reports.adopted(left, worker);
                    }
                }))
                .onFailure(why -> owner.turn(() -> owner.take(ContainerEvent.ADOPT_FAILED)));
    }

    /** Fails unless it is what was left, frozen, and its function's socket one that the container itself listens at. */
    private Future<Void> takeOver(LeftContainer left) {
        if (parts.logs().kept()) {
            return Future.failedFuture("its output would be missing");
        }
        return vertx.executeBlocking(() -> findSocket(left), false)
                .compose(socket -> parts.engine()
                        .adopt(left.remains())
                        .onSuccess(found -> assembly.found(left, socket, found))
                        .compose(found -> checkListener(socket, found)))
                .compose(good -> vertx.executeBlocking(() -> rewrite(left), false));
    }

    private FunctionSocket findSocket(LeftContainer left) throws IOException {
        if (!left.seal().of(parts.engine().setup()).equals(left.sealedSetup())) {
            throw new IOException("it was made with other settings");
        }
        return FunctionSocket.found(vertx, left.directory(), left.socket(), left.inode());
    }

    /** The kernel takes the connection for the frozen function, and knows who has begun to listen. */
    private Future<Void> checkListener(FunctionSocket socket, EngineContainer container) {
        return dialer.connect(socket.pinned()).compose(connection -> {
            int listener = connection.listener();
            connection.close();
            return container
                    .owns(listener)
                    .compose(own -> own
                            ? Future.succeededFuture()
                            : Future.failedFuture(
                                    ErrorCode.ENGINE_FAILED.exception("somebody else listens at its socket")));
        });
    }

    /** From now on the container is not one that was left, and may be awake. */
    private Void rewrite(LeftContainer left) throws IOException {
        if (parts.config().adopting().adopt() == AdoptConfig.Adopt.FROZEN) {
            left.written(false).write();
        } else {
            Files.deleteIfExists(left.directory().record());
        }
        return null;
    }
}
