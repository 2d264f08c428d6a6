package dev.berth.ingress;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * What call executions of one verticle instance share.
 *
 * @param planner decides whom to ask for slots
 * @param workerGrace how long past a call's deadline its worker is waited for before it is taken for lost
 */
public record ExecutionParts(
        Vertx vertx, SlotRequests slotRequests, Itinerary.Planner planner, WorkerLink workers, Duration workerGrace) {}
