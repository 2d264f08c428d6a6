package dev.berth.cluster;

import java.util.List;

/** Who is a member now. Its methods do not block and may be called from any thread. */
public interface Membership {
    /** This process. */
    String incarnation();

    /** All members, this one included, the oldest first. */
    List<Member> members();
}
