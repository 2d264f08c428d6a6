package dev.berth.worker;

import dev.berth.container.ContainerEvent;
import dev.berth.container.ContainerState;
import dev.berth.container.EndReason;
import dev.berth.engine.ExitStatus;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of the end of one container's process, and brings its lifecycle that. Confined to the worker's context. */
final class ContainerEnd {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEnd.class);

    private final String id;
    private final ContainerAssembly assembly;
    private final ExitAccount account;
    private final ContainerReports reports;
    private final ContainerLaunch launch;
    private final ContainerLaunch.Owner owner;

    ContainerEnd(
            String id,
            ContainerAssembly assembly,
            ExitAccount account,
            ContainerReports reports,
            ContainerLaunch launch,
            ContainerLaunch.Owner owner) {
        this.id = id;
        this.assembly = assembly;
        this.account = account;
        this.reports = reports;
        this.launch = launch;
        this.owner = owner;
    }

    /** Once, and once started. */
    void watch() {
        assembly.watchExit();
        assembly.exit().onComplete(this::exited);
    }

    private void exited(AsyncResult<ExitStatus> exit) {
        String outcome = exit.succeeded() ? account.of(exit.result()).getMessage() : String.valueOf(exit.cause());
        if (exit.succeeded()) {
            reports.exited(exit.result().code());
        }
        EndReason why = exit.succeeded() && exit.result().outOfMemory() ? EndReason.OUT_OF_MEMORY : EndReason.EXITED;
        RunnerException broken =
                exit.succeeded() ? account.ofFailedStart(exit.result()) : ErrorCode.INIT_FAILED.exception();
        if (exit.succeeded()) {
            reports.fate(account.fate(exit.result()));
        }
        boolean early = owner.state() == ContainerState.INITIALIZING;
        (early ? assembly.blame(broken) : Future.succeededFuture(broken))
                .onSuccess(judged -> owner.turn(() -> {
                    FunctionExchange exchange = launch.exchange();
                    if (owner.state() == ContainerState.INITIALIZING && (assembly.overSocket() || exit.failed())) {
                        reports.because(why, "exited before it was ready: " + outcome);
                        launch.broke(judged);
                    } else if (exchange != null && exit.succeeded() && exchange.exited(exit.result())) {
                        LOG.atDebug().addKeyValue("containerId", id).log("exited, as its call will tell");
                    } else if (owner.state() != ContainerState.GONE) {
                        reports.because(why, "exited: " + outcome);
                        owner.take(ContainerEvent.EXITED);
                    }
                }));
    }
}
