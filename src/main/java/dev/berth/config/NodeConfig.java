package dev.berth.config;

import java.time.Duration;

/**
 * @param id name of this node in a cluster, in bus addresses and in Status
 * @param eventLoops event-loop threads; ingress and worker verticles are deployed once per loop
 * @param drainTimeout how long a stop waits for calls in flight; negative: without limit
 * @param rehearsalCalls calls made in the background after the start to warm up; 0: none
 */
public record NodeConfig(String id, int eventLoops, Duration drainTimeout, int rehearsalCalls) {}
