package dev.berth.ingress;

import dev.berth.call.CallRequest;
import dev.berth.call.ContainerSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;

/**
 * What a {@link CallExecution} is to run.
 *
 * @param timeout how long the function may take, from the moment its slot is won
 * @param deadline bounds everything, waiting included
 * @param request makes the call's request once its deadline is known
 */
public record CallOrder(
        String callId,
        ContainerSpec spec,
        Duration timeout,
        Deadline deadline,
        Function<Instant, CallRequest> request) {}
