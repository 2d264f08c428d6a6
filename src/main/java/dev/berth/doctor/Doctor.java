package dev.berth.doctor;

import dev.berth.config.EngineConfig;
import dev.berth.config.RunnerConfig;
import dev.berth.engine.docker.EngineVisit;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at everything that a start would need, and leaves it as it was. */
public final class Doctor {
    private static final Path ROOT = Path.of("/");
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Vertx vertx;
    private final RunnerConfig config;
    private final EngineExam engines;
    private final SocketRootExam sockets;

    public Doctor(Vertx vertx, RunnerConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.engines = new EngineExam(config.docker(), CGROUPS);
        this.sockets = new SocketRootExam(vertx, config.worker());
    }

    /** Never fails. */
    public Future<List<Finding>> examine() {
        return engine().compose(
                        first -> vertx.executeBlocking(this::machine, false).map(rest -> {
                            List<Finding> all = new ArrayList<>(first);
                            all.addAll(rest);
                            return all;
                        }));
    }

    private Future<List<Finding>> engine() {
        EngineConfig.Kind kind = config.engine().kind();
        if (kind == EngineConfig.Kind.PROCESS) {
            Finding open = Finding.warn(
                    "engine",
                    "functions run as plain processes, without isolation and limits",
                    "set engine.kind to docker for functions that are not your own");
            return withSockets(List.of(open), null);
        }
        return EngineVisit.begin(vertx, config.docker())
                .transform(met -> met.failed()
                        ? withSockets(List.of(engines.absent(met.cause(), kind == EngineConfig.Kind.DOCKER)), null)
                        : visit(met.result()));
    }

    private Future<List<Finding>> visit(EngineVisit engine) {
        return vertx.executeBlocking(() -> engines.present(engine), false)
                .compose(found -> withSockets(found, engine))
                .eventually(engine::end);
    }

    private Future<List<Finding>> withSockets(List<Finding> before, @Nullable EngineVisit engine) {
        return sockets.examine(engine).map(found -> {
            List<Finding> all = new ArrayList<>(before);
            all.addAll(found);
            return all;
        });
    }

    private List<Finding> machine() {
        List<Finding> found = new ArrayList<>(new MachineExam(config, ROOT).examine());
        found.addAll(new TlsExam(vertx, Clock.systemUTC()).examine(config));
        PortExam ports = new PortExam(new PortHolder(ROOT.resolve("proc")));
        found.add(ports.examine("grpc", config.grpc().host(), config.grpc().port()));
        if (config.http().on()) {
            Finding port =
                    ports.examine("http", config.http().host(), config.http().port());
            found.add(config.http().mayBeTaken() ? port.asWarning() : port);
        }
        if (config.cluster().enabled()) {
            found.add(ports.examine(
                    "cluster", config.cluster().host(), config.cluster().memberPort()));
            found.add(ports.examine(
                    "cluster", config.cluster().host(), config.cluster().busPort()));
        }
        return found;
    }
}
