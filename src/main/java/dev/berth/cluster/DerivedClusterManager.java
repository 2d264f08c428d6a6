package dev.berth.cluster;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Completable;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's manager over Hazelcast, but for bus addresses {@code berth.<incarnation>.…} and for where a node's bus
 * is: these follow from the address and from what each member says of itself, so no call reads or writes anything
 * that the cluster shares. Registrations of such addresses cannot be stale, and none is written when a node comes or
 * leaves.
 */
final class DerivedClusterManager implements ClusterManager, Membership {
    private static final long REFRESH_MILLIS = 1_000;

    private final HazelcastClusterManager hazelcast;
    private final MemberAttributes attributes;
    private final long duplicateNanos;
    private final Roster roster = new Roster();
    private @Nullable Vertx vertx;
    private @Nullable RegistrationListener registrations;

    /** @param duplicateNanos how long a dead process of this node's name may still be listed */
    DerivedClusterManager(HazelcastClusterManager hazelcast, MemberAttributes attributes, long duplicateNanos) {
        this.hazelcast = hazelcast;
        this.attributes = attributes;
        this.duplicateNanos = duplicateNanos;
    }

    @Override
    public String incarnation() {
        return hazelcast.getNodeId();
    }

    @Override
    public List<Member> members() {
        return cluster().getMembers().stream()
                .map(member -> MemberAttributes.read(member.getAttributes()))
                .filter(Objects::nonNull)
                .toList();
    }

    @Override
    public void init(Vertx created) {
        vertx = created;
        hazelcast.init(created);
    }

    @Override
    public void registrationListener(RegistrationListener listener) {
        registrations = listener;
        hazelcast.registrationListener(listener);
    }

    @Override
    public void nodeListener(NodeListener listener) {
        hazelcast.nodeListener(listener);
    }

    @Override
    public void join(Completable<Void> joined) {
        hazelcast.join((nothing, failure) -> {
            if (failure != null) {
                joined.fail(failure);
                return;
            }
            cluster().addMembershipListener(new Refresh());
            refresh();
            vertx().setPeriodic(REFRESH_MILLIS, tick -> refresh());
            refuseDuplicate(System.nanoTime() + duplicateNanos, joined);
        });
    }

    /** The name is the one's that joined first. A dead process is given the time to be taken off the list. */
    private void refuseDuplicate(long deadline, Completable<Void> joined) {
        Member other = attributes.duplicateAmong(members(), incarnation());
        if (other == null) {
            joined.succeed(null);
        } else if (System.nanoTime() - deadline < 0) {
            vertx().setTimer(REFRESH_MILLIS, tick -> refuseDuplicate(deadline, joined));
        } else {
            hazelcast.leave((nothing, ignored) -> joined.fail(attributes.isDuplicateOf(other)));
        }
    }

    private void refresh() {
        if (hazelcast.getHazelcastInstance().getLifecycleService().isRunning()) {
            long now = System.nanoTime();
            roster.replace(members(), now);
            roster.forget(now).forEach(this::tellForgotten);
        }
    }

    /** Whoever has once learned who answers for an address does not ask again until told so. */
    private void tellForgotten(String address) {
        RegistrationListener listener = Objects.requireNonNull(registrations);
        if (listener.wantsUpdatesFor(address)) {
            listener.registrationsUpdated(new RegistrationUpdateEvent(address, List.of()));
        }
    }

    private final class Refresh implements MembershipListener {
        @Override
        public void memberAdded(MembershipEvent added) {
            refresh();
        }

        @Override
        public void memberRemoved(MembershipEvent removed) {
            refresh();
        }
    }

    @Override
    public void addRegistration(String address, RegistrationInfo registration, Completable<Void> done) {
        if (Roster.covers(address)) {
            done.succeed(null);
        } else {
            hazelcast.addRegistration(address, registration, done);
        }
    }

    @Override
    public void removeRegistration(String address, RegistrationInfo registration, Completable<Void> done) {
        if (Roster.covers(address)) {
            done.succeed(null);
        } else {
            hazelcast.removeRegistration(address, registration, done);
        }
    }

    @Override
    public void getRegistrations(String address, Completable<List<RegistrationInfo>> found) {
        if (Roster.covers(address)) {
            Member owner = roster.owner(address);
            found.succeed(owner == null ? List.of() : List.of(new RegistrationInfo(owner.incarnation(), 0, false)));
        } else {
            hazelcast.getRegistrations(address, found);
        }
    }

    @Override
    public void getNodeInfo(String incarnation, Completable<NodeInfo> found) {
        Member member = roster.find(incarnation);
        if (member == null) {
            found.fail(new IllegalStateException("no node of the cluster: " + incarnation));
        } else {
            found.succeed(new NodeInfo(member.host(), member.port(), null));
        }
    }

    /** Kept by the manager underneath too, which writes it again whenever a node leaves. */
    @Override
    public void setNodeInfo(NodeInfo info, Completable<Void> done) {
        hazelcast.setNodeInfo(info, done);
    }

    @Override
    public NodeInfo getNodeInfo() {
        return hazelcast.getNodeInfo();
    }

    @Override
    public String getNodeId() {
        return hazelcast.getNodeId();
    }

    @Override
    public List<String> getNodes() {
        return hazelcast.getNodes();
    }

    @Override
    public void leave(Completable<Void> left) {
        hazelcast.leave(left);
    }

    @Override
    public boolean isActive() {
        return hazelcast.isActive();
    }

    @Override
    public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> found) {
        hazelcast.getAsyncMap(name, found);
    }

    @Override
    public <K, V> Map<K, V> getSyncMap(String name) {
        return hazelcast.getSyncMap(name);
    }

    @Override
    public void getLockWithTimeout(String name, long timeoutMillis, Completable<Lock> found) {
        hazelcast.getLockWithTimeout(name, timeoutMillis, found);
    }

    @Override
    public void getCounter(String name, Completable<Counter> found) {
        hazelcast.getCounter(name, found);
    }

    private Cluster cluster() {
        HazelcastInstance instance = hazelcast.getHazelcastInstance();
        return instance.getCluster();
    }

    private Vertx vertx() {
        return Objects.requireNonNull(vertx);
    }
}
