//! Layers: each block stands behind all that call it, as far from the clients as the longest way.
//!
//! A link that would close a circle is turned for that: the first one found that leads back to
//! where a walk from the clients is.

use super::blocks::Blocks;

/// The layer of each block, and which links were turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layers {
    /// The layer of each block, from 0.
    pub(super) of: Vec<usize>,
    /// Which of the links lead back.
    pub(super) is_turned: Vec<bool>,
}

impl Layers {
    /// The layers of all blocks.
    pub(super) fn of(blocks: &Blocks) -> Self {
        let edges: Vec<(usize, usize)> = blocks.joints.iter().map(|it| (it.from, it.to)).collect();
        let is_turned = leading_back(&edges, &blocks.is_origin);
        let forward: Vec<(usize, usize)> = edges
            .iter()
            .zip(&is_turned)
            .map(|(&(from, to), is_turned)| if *is_turned { (to, from) } else { (from, to) })
            .collect();
        Self { of: longest(&forward, &blocks.is_origin), is_turned }
    }

    /// The blocks of each layer.
    pub(super) fn columns(&self) -> Vec<Vec<usize>> {
        let count = self.of.iter().max().map_or(0, |last| last + 1);
        let mut columns = vec![Vec::new(); count];
        for (block, layer) in self.of.iter().enumerate() {
            columns[*layer].push(block);
        }
        columns
    }
}

/// Which of `edges` lead back to a place that a walk along them has come from.
fn leading_back(edges: &[(usize, usize)], is_origin: &[bool]) -> Vec<bool> {
    let count = is_origin.len();
    let mut out = vec![Vec::new(); count];
    let mut is_called = vec![false; count];
    for (number, (from, to)) in edges.iter().enumerate() {
        out[*from].push((number, *to));
        is_called[*to] = true;
    }
    let mut is_turned = vec![false; edges.len()];
    let (mut is_seen, mut is_open) = (vec![false; count], vec![false; count]);
    // Clients first, then whoever else nobody calls, then who is on no way from those.
    let mut starts: Vec<usize> = (0..count).collect();
    starts.sort_by_key(|it| (!is_origin[*it], is_called[*it], *it));
    for start in starts {
        if is_seen[start] {
            continue;
        }
        (is_seen[start], is_open[start]) = (true, true);
        let mut way = vec![(start, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some((edge, to)) = out[*at].get(*next).copied() else {
                is_open[*at] = false;
                way.pop();
                continue;
            };
            *next += 1;
            if is_open[to] {
                is_turned[edge] = true;
            } else if !is_seen[to] {
                (is_seen[to], is_open[to]) = (true, true);
                way.push((to, 0));
            }
        }
    }
    is_turned
}

/// The length of the longest way to each place; who is no client and is called by nobody stands
/// just before the first that it calls.
fn longest(edges: &[(usize, usize)], is_origin: &[bool]) -> Vec<usize> {
    let count = is_origin.len();
    let mut out = vec![Vec::new(); count];
    let mut open = vec![0_usize; count];
    for (from, to) in edges {
        out[*from].push(*to);
        open[*to] += 1;
    }
    let is_first: Vec<bool> = open.iter().map(|callers| *callers == 0).collect();
    let mut ready: Vec<usize> = (0..count).filter(|it| is_first[*it]).collect();
    let mut layers = vec![0; count];
    while let Some(at) = ready.pop() {
        for to in &out[at] {
            layers[*to] = layers[*to].max(layers[at] + 1);
            open[*to] -= 1;
            if open[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    for at in (0..count).filter(|it| is_first[*it] && !is_origin[*it]) {
        let nearest = out[at].iter().map(|to| layers[*to]).min();
        layers[at] = nearest.map_or(0, |layer| layer - 1);
    }
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_the_longest_way_from_a_client() {
        let edges = [(0, 1), (1, 2), (0, 2), (2, 3)];
        assert_eq!(longest(&edges, &[true, false, false, false]), [0, 1, 2, 3]);
    }

    #[test]
    fn who_is_called_by_nobody_stands_before_the_first_that_it_calls() {
        let edges = [(0, 1), (1, 2), (3, 2)];
        assert_eq!(longest(&edges, &[true, false, false, false]), [0, 1, 2, 1]);
        assert_eq!(longest(&edges, &[true, false, false, true]), [0, 1, 2, 0], "but not a client");
    }

    #[test]
    fn of_a_circle_the_link_is_turned_that_leads_back() {
        let edges = [(1, 2), (2, 3), (3, 1), (0, 2)];
        let is_turned = leading_back(&edges, &[true, false, false, false]);
        assert_eq!(is_turned, [true, false, false, false], "as seen from the client");
        let alone = leading_back(&edges[..3], &[false; 4]);
        assert_eq!(alone, [false, false, true]);
    }
}
