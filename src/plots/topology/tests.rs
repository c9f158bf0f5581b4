use super::blocks::Block;
use super::seating::Seat;
use super::*;
use crate::nodes::KindSpec;

/// A topology of nodes called `0`, `1` and so on, each of a machine of its own, of which the first
/// are clients.
fn topology(clients: usize, count: usize, links: &[(usize, usize)]) -> Topology {
    let node = |number: usize| TopologyNode {
        name: number.to_string(),
        kind: if number < clients { "client" } else { "server" },
        lines: vec!["kind".to_owned(), format!("machine {number}")],
        is_many: number.is_multiple_of(2),
        is_origin: number < clients,
    };
    let link = |&(from, to): &(usize, usize)| TopologyLink { from, to, label: "1ms".to_owned() };
    Topology {
        heading: "t".to_owned(),
        title: String::new(),
        nodes: (0..count).map(node).collect(),
        links: links.iter().map(link).collect(),
    }
}

/// Nodes that differ in their names alone.
fn alike(mut topology: Topology) -> Topology {
    topology.nodes.iter_mut().for_each(|node| node.lines.truncate(1));
    topology
}

/// A balancer (1) behind a client, before so many servers with a database each.
fn crowd(servers: usize) -> Topology {
    let mut links = vec![(0, 1)];
    for server in 2..2 + servers {
        links.extend([(1, server), (server, server + servers)]);
    }
    topology(1, 2 + 2 * servers, &links)
}

/// Links as chance has them, circles among them.
fn tangle(count: usize) -> Topology {
    let mut state = 7_usize;
    let mut chance = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut links: Vec<(usize, usize)> = (0..3).map(|client| (client, 3 + chance(4))).collect();
    for from in 3..count {
        links.extend([(from, 3 + chance(count - 3)), (from, 3 + chance(count - 3))]);
    }
    links.sort_unstable();
    links.dedup();
    topology(3, count, &links)
}

struct Drawn {
    blocks: Blocks,
    seating: Seating,
    places: Places,
}

fn drawn(topology: &Topology) -> Drawn {
    let blocks = Blocks::of(topology);
    let seating = Topology::seated(&blocks);
    let places = Places::of(&seating, &blocks);
    Drawn { blocks, seating, places }
}

impl Drawn {
    /// The left and right end of a block.
    fn extent(&self, block: usize) -> (i32, i32) {
        (self.places.left[block], self.places.right[block])
    }

    fn is_block(&self, seat: usize) -> bool {
        matches!(self.seating.seats[seat], Seat::Block(_))
    }
}

#[test]
fn every_node_stands_behind_all_that_call_it() {
    for topology in [crowd(3), crowd(40), topology(2, 5, &[(0, 2), (1, 2), (0, 4), (2, 3), (3, 4)])]
    {
        let drawn = drawn(&topology);
        for joint in &drawn.blocks.joints {
            assert!(drawn.extent(joint.from).1 < drawn.extent(joint.to).0, "{joint:?}");
        }
    }
}

#[test]
fn nothing_lies_on_anything_else() {
    for topology in [crowd(3), crowd(60), tangle(30), alike(crowd(9)), tangle(80)] {
        let Drawn { blocks, seating, places } = drawn(&topology);
        for column in &seating.columns {
            let height = |seat: usize| match seating.seats[seat] {
                Seat::Block(block) => blocks.all[block].height,
                Seat::Lane => 4,
            };
            for pair in column.windows(2) {
                let room = places.middle[pair[1]] - places.middle[pair[0]];
                let least = (height(pair[0]) + height(pair[1])) / 2 + 8;
                assert!(room >= least, "{room} < {least}");
            }
            for seat in column {
                let half = height(*seat) / 2;
                let (top, bottom) = (places.middle[*seat] - half, places.middle[*seat] + half);
                assert!(top >= 0 && bottom <= places.height && places.right[*seat] <= places.width);
            }
        }
        for pair in seating.columns.windows(2) {
            let end = pair[0].iter().map(|seat| places.right[*seat]).max();
            let start = pair[1].iter().map(|seat| places.left[*seat]).min();
            assert!(start > end);
        }
    }
}

#[test]
fn a_link_passes_from_its_caller_to_whom_it_calls_through_columns_side_by_side() {
    for topology in [crowd(40), tangle(30)] {
        let drawn = drawn(&topology);
        let seating = &drawn.seating;
        let column = |seat: usize| seating.columns.iter().position(|it| it.contains(&seat));
        for (link, joint) in drawn.blocks.joints.iter().enumerate() {
            let path = &seating.paths[link];
            let mut ends = [path[0], path[path.len() - 1]];
            if seating.is_turned[link] {
                ends.reverse();
            }
            assert_eq!(ends, [joint.from, joint.to]);
            for step in path.windows(2) {
                assert_eq!(column(step[1]), column(step[0]).map(|it| it + 1));
            }
            assert!(path[1..path.len() - 1].iter().all(|seat| !drawn.is_block(*seat)));
        }
    }
}

#[test]
fn a_layer_of_many_is_wrapped_and_the_picture_stays_about_as_wide_as_high() {
    let drawn = drawn(&crowd(60));
    for column in &drawn.seating.columns {
        assert!(column.iter().filter(|seat| drawn.is_block(**seat)).count() <= 12);
    }
    let (width, height) = (drawn.places.width, drawn.places.height);
    assert!(width < 3 * height && height < 3 * width, "{width} x {height}");
}

#[test]
fn many_nodes_that_are_alike_are_one_block_that_names_them_all() {
    let mut links: Vec<(usize, usize)> = (2..202).flat_map(|it| [(1, it), (it, 202)]).collect();
    links.push((0, 1));
    let mut crowd = alike(topology(1, 203, &links));
    let drawn = drawn(&crowd);
    let sizes: Vec<usize> = drawn.blocks.all.iter().map(|block| block.members.len()).collect();
    assert_eq!(sizes, [1, 1, 200, 1]);
    assert_eq!(drawn.blocks.joints.len(), 3);
    let svg = crowd.svg().unwrap();
    assert!((2..202).all(|node| svg.contains(&format!("\n{node}\n"))), "{svg}");
    assert!(svg.contains("\n200 nodes\n"));
    // Whoever has another label, another kind or another neighbour stands apart.
    crowd.links[2].label = "2ms".to_owned();
    let apart = Blocks::of(&crowd).all.len();
    crowd.nodes[9].lines.push("more".to_owned());
    assert_eq!((apart, Blocks::of(&crowd).all.len()), (5, 6));
}

#[test]
fn a_few_nodes_that_are_alike_are_drawn_one_by_one() {
    let links: Vec<(usize, usize)> = (1..6).map(|server| (0, server)).collect();
    let few = alike(topology(1, 6, &links));
    assert!(Blocks::of(&few).all.iter().all(|block: &Block| block.members.len() == 1));
}

#[test]
fn the_order_of_links_means_nothing_and_the_same_gives_the_same_bytes() {
    let mut tangle = tangle(40);
    let first = tangle.svg().unwrap();
    assert!(first == tangle.svg().unwrap());
    tangle.links.reverse();
    assert!(first == tangle.svg().unwrap());
}

#[test]
fn whatever_links_there_are_there_is_a_picture() {
    let itself = topology(1, 2, &[(0, 1), (1, 1)]);
    assert!(itself.svg().unwrap().contains("calls itself"));
    let circle = topology(0, 3, &[(0, 1), (1, 2), (2, 0)]);
    let both = topology(0, 2, &[(0, 1), (1, 0)]);
    let mut whole = alike(topology(0, 9, &[]));
    let among = |(from, to)| TopologyLink { from, to, label: String::new() };
    whole.links = (0..81).map(|it| among((it / 9, it % 9))).collect();
    for topology in [Topology::default(), topology(2, 4, &[]), circle, both, whole, tangle(200)] {
        assert!(topology.svg().unwrap().contains("<svg "));
    }
}

#[test]
fn names_are_escaped_and_long_ones_are_cut() {
    let mut named = topology(1, 2, &[(0, 1)]);
    named.nodes[0].name = "a < b & \"c\"".to_owned();
    named.nodes[1].name = "long".repeat(90);
    named.links[0].label = "<".repeat(90);
    let svg = named.svg().unwrap();
    assert!(svg.contains("a &lt; b &amp;") && !svg.contains("< b"), "{svg}");
    assert!(Blocks::of(&named).all[1].width < 250);
}

#[test]
fn every_kind_of_node_has_a_colour_of_its_own() {
    let kinds = KindSpec::WORDS;
    for (place, kind) in kinds.iter().enumerate() {
        assert_ne!(paint::ink(kind), paint::ink("none of them"), "{kind}");
        assert!(kinds[..place].iter().all(|it| paint::ink(it) != paint::ink(kind)), "{kind}");
    }
}

#[test]
fn of_many_links_with_the_same_time_one_bears_it_and_of_a_few_each_does() {
    for (count, borne) in [(6, 6), (7, 1)] {
        let links: Vec<(usize, usize)> = (1..=count).map(|server| (0, server)).collect();
        let Drawn { blocks, seating, places } = drawn(&topology(1, count + 1, &links));
        let (links, is_thinned) = labels::borne(&seating, &blocks, &places.middle);
        assert_eq!((links.len(), is_thinned), (borne, borne == 1));
    }
}
