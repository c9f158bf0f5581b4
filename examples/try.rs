use std::sync::Arc;
struct F;
impl lindley::graph::Files for F {
    fn text(&mut self, p:&str)->Result<String,String>{ std::fs::read_to_string(p).map_err(|e|e.to_string()) }
    fn trace(&mut self, p:&str)->Result<Arc<lindley::trace::Trace>,String>{ let f=std::fs::File::open(p).map_err(|e|e.to_string())?; lindley::trace::Trace::read(std::io::BufReader::new(f)).map(Arc::new).map_err(|e|format!("{e:?}")) }
}
fn main(){
    let args:Vec<String>=std::env::args().skip(1).collect();
    let mut d=lindley::scenario::Diagnostics::new();
    let s=lindley::scenario::Scenario::load(std::path::Path::new(&args[0]), &lindley::scenario::source::Disk, &args[1..], &mut d);
    let mut vs=vec![];
    for v in s.variants(){ if let Some(m)=s.model(v,&[],&mut d){ if let Some(g)=lindley::graph::build(&m,&mut F,&mut d){ vs.push(lindley::study::Variant{name:v.to_owned(),graph:Arc::new(g)}) } } }
    eprintln!("{}", d.to_plain(&s.sources));
    if d.has_errors(){ std::process::exit(2) }
    let t=std::time::Instant::now();
    let r=lindley::study::run_variants(&vs, Default::default(), &()).unwrap();
    eprintln!("{:?} events {}", t.elapsed(), r.iter().flat_map(|r|r.replications.iter().map(|x|x.events)).sum::<u64>());
    for v in &r { println!("== {} {:?} fp {:x}", v.name, v.stability, v.replications[0].observable);
        for row in v.summary(){ if row.mean.is_some() { println!("{} {:?} {:?} {:?} {}", row.metric,row.mean,row.interval.map(|i|i.half_width()),row.status,row.unit.name()) } }
        for n in v.nodes(){ if n.row.mean.is_some() && !n.row.metric.contains("share_") { println!("  {}{:?}{:?} {} {:?} {:?}", v.graph.names[n.node.0 as usize], n.replica,n.class, n.row.metric, n.row.mean, n.row.status) } }
    }
}
