package dev.berth.status;

import dev.berth.bus.WhyMessage;
import dev.berth.cluster.ClusterBoard;
import dev.berth.cluster.ClusterReport;
import dev.berth.cluster.PeerState;
import dev.berth.ingress.NodeBus;
import dev.berth.proto.WhyAnswer;
import dev.berth.why.CallRecord;
import dev.berth.why.WhyBook;
import dev.berth.why.WhyJson;
import dev.berth.why.WhyText;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers why a call went as it did: looks in this node's records, and asks the others, since an id does not say where
 * its call came to. Confined to one context.
 */
final class WhyAnswers {
    private static final Set<PeerState> ASKED = EnumSet.of(PeerState.UP, PeerState.SUSPECT, PeerState.DRAINING);

    private final Vertx vertx;
    private final WhyBook book;
    private final NodeBus bus;
    private final @Nullable ClusterBoard cluster;

    /** @param cluster null: this node stands alone */
    WhyAnswers(Vertx vertx, WhyBook book, NodeBus bus, @Nullable ClusterBoard cluster) {
        this.vertx = vertx;
        this.book = book;
        this.bus = bus;
        this.cluster = cluster;
    }

    /** What this node has kept. */
    Future<WhyMessage.Told> own(String callId) {
        return vertx.executeBlocking(
                () -> new WhyMessage.Told(
                        book.find(callId).stream().map(WhyAnswers::told).toList()),
                false);
    }

    private static WhyMessage.Kept told(CallRecord record) {
        return new WhyMessage.Kept(
                record.node(), WhyText.of(record), WhyJson.of(record).encode());
    }

    /** What all nodes have kept, and who did not answer in time. */
    Future<WhyAnswer> answer(String callId) {
        Map<String, Future<WhyMessage.Told>> others = new LinkedHashMap<>();
        for (ClusterReport.Node node : members()) {
            if (node.state() != null && ASKED.contains(node.state())) {
                others.put(node.member().nodeId(), bus.askWhy(node.member().incarnation(), callId));
            }
        }
        Future<WhyMessage.Told> own = own(callId);
        return own.compose(here -> Future.join(List.copyOf(others.values()))
                        .transform(settled -> Future.succeededFuture(merged(here, others))))
                .compose(answer -> answer.getToldCount() > 0
                        ? Future.succeededFuture(answer.build())
                        : vertx.executeBlocking(
                                () -> answer.setMiss(book.miss()).build(), false));
    }

    private List<ClusterReport.Node> members() {
        return cluster == null ? List.of() : cluster.report().members();
    }

    private static WhyAnswer.Builder merged(WhyMessage.Told here, Map<String, Future<WhyMessage.Told>> others) {
        WhyAnswer.Builder answer = WhyAnswer.newBuilder();
        add(answer, here);
        others.forEach((node, told) -> {
            if (told.succeeded()) {
                add(answer, told.result());
            } else {
                answer.addSilent(node);
            }
        });
        return answer;
    }

    private static void add(WhyAnswer.Builder answer, WhyMessage.Told told) {
        for (WhyMessage.Kept each : told.records()) {
            answer.addToldBuilder().setNode(each.node()).setText(each.text()).setJson(each.json());
        }
    }
}
