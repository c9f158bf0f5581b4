//! Small typed indices: names exist only in the scenario and in the report.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $inner);

        impl $name {
            /// The index as a position in a table.
            #[inline]
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A node of the graph, numbered by sorted name.
    NodeId(u16);
    /// A replica of some node, numbered through all nodes in their order.
    ReplicaId(u32);
    /// A link of the graph, numbered by (from, to).
    LinkId(u32);
    /// An endpoint, numbered by sorted name.
    EndpointId(u16);
    /// An exchange in flight: its place in the slab.
    ExchangeId(u32);
    /// A request in flight: its place in the slab.
    RequestId(u32);
    /// A connection: its place in the slab; [`ConnectionId::NONE`] for a warm one.
    ConnectionId(u32);
    /// A live session: its place in the slab.
    SessionId(u32);
    /// A thing that is asked for, such as a product: from 0 for the most popular.
    ObjectId(u32);
}

impl ExchangeId {
    /// No exchange.
    pub const NONE: Self = Self(u32::MAX);
}

impl ConnectionId {
    /// A connection that exists already and costs nothing.
    pub const NONE: Self = Self(u32::MAX);
}

impl SessionId {
    /// No session: the request stands for itself.
    pub const NONE: Self = Self(u32::MAX);
}
