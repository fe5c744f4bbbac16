// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Predicate;
import org.pinfuzz.generators.program.Program;

/**
 * What a shrink will ask next, as far as that can be said before the answers are there: a tree of questions with one
 * branch for each answer, of which the likeliest are asked at once. Whoever has the answers walks from the root, as one
 * who asks one question at a time would have; so the result does not depend on how many are asked at once.
 */
final class Speculation {
    /** Positions that are looked at for each question: futures that ask the same again cost no question. */
    private static final int POSITIONS_PER_QUESTION = 4;

    private final Optional<Node> root;
    private final Set<Program> questions = new LinkedHashSet<>();
    private final PriorityQueue<Branch> branches = new PriorityQueue<>(
            Comparator.comparingDouble(Branch::probability).reversed().thenComparingInt(Branch::order));
    private int grown;

    /** A position in one future. */
    private static final class Node {
        private final ShrinkPosition position;
        private Optional<Node> accepted = Optional.empty();
        private Optional<Node> rejected = Optional.empty();

        Node(ShrinkPosition position) {
            this.position = position;
        }
    }

    /** A future that may be followed further: how likely it is, and which answer leads to it from where. */
    private record Branch(double probability, int order, Node parent, boolean accept) {}

    /**
     * @param start where the shrink stands
     * @param passed candidates that are known not to show the violation
     * @param odds how likely candidates of each pass show it
     * @param most how many questions may be asked at once, at least 1
     */
    Speculation(ShrinkPosition start, Predicate<Program> passed, AcceptanceOdds odds, int most) {
        root = start.open(passed).map(Node::new);
        root.ifPresent(node -> grow(node, 1, odds));
        for (int positions = 1; positions < most * POSITIONS_PER_QUESTION && questions.size() < most; positions++) {
            Branch branch = branches.poll();
            if (branch == null) {
                return;
            }
            ShrinkPosition from = branch.parent.position;
            Optional<Node> next = (branch.accept ? from.accepted() : from.rejected())
                    .open(passed)
                    .map(Node::new);
            if (branch.accept) {
                branch.parent.accepted = next;
            } else {
                branch.parent.rejected = next;
            }
            next.ifPresent(node -> grow(node, branch.probability, odds));
        }
    }

    private void grow(Node node, double probability, AcceptanceOdds odds) {
        questions.add(node.position.candidate());
        double accept = probability * odds.of(node.position.pass());
        branches.add(new Branch(accept, grown++, node, true));
        branches.add(new Branch(probability - accept, grown++, node, false));
    }

    /** The questions, the likeliest to be needed first; none when the shrink is at its end. */
    List<Program> questions() {
        return List.copyOf(questions);
    }

    /** Those questions that still matter when some are known to show the violation. */
    List<Program> undecided(Predicate<Program> shows) {
        Set<Program> open = new LinkedHashSet<>();
        root.ifPresent(node -> collect(node, shows, open));
        return List.copyOf(open);
    }

    private static void collect(Node node, Predicate<Program> shows, Set<Program> open) {
        if (!shows.test(node.position.candidate())) {
            open.add(node.position.candidate());
            node.rejected.ifPresent(next -> collect(next, shows, open));
        }
        node.accepted.ifPresent(next -> collect(next, shows, open));
    }
}
