package dev.berth.worker;

import io.vertx.core.Context;
import java.util.function.Consumer;

/**
 * What a container needs of its worker.
 *
 * @param gone called when nothing of a container is left, or nothing that is this runner's
 */
record WorkerHost(Context context, FunctionDialer dialer, RegistryReports registry, Consumer<HotContainer> gone) {}
