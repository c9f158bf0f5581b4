//! A folder to work in, and the program run in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Two variants that take milliseconds to run, and an SLO that both meet.
pub(crate) const SHOP: &str = "title = 'A small shop'
duration = '4s'
warmup = '1s'
replications = 5
[slo]
p50 = '1s'
[endpoint.page]
work = [{ cpu = { exp = '5ms' } }]
[node.users]
kind = 'client'
arrivals = { poisson = '60/s' }
mix = { page = 1 }
[node.app]
kind = 'server'
cores = 1
[link.users.app]
[variant.one.node.app]
cores = 1
[variant.two.node.app]
cores = 2
[sweep.load]
'node.users.arrivals.poisson' = ['20/s', '40/s', '60/s', '400/s']
";

/// A folder that is gone when the test is.
pub(crate) struct Workplace(tempfile::TempDir);

/// What a command left behind.
pub(crate) struct Told {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Workplace {
    /// A folder with the file `shop.toml`.
    pub(crate) fn with_shop() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        place.write("shop.toml", SHOP);
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect(name)
    }

    /// The program with the words of `line`, about to run in the folder.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lindley"));
        command.args(line.split_whitespace()).current_dir(self.0.path());
        command.env_remove("RAYON_NUM_THREADS").env_remove("SLURM_CPUS_PER_TASK");
        command
    }

    /// Runs the program with the words of `line` to its end.
    pub(crate) fn run(&self, line: &str) -> Told {
        let output = self.command(line).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Told {
            status: output.status.code().expect("no signal ended it"),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    /// Starts the program with the words of `line`, with nobody to listen to it.
    pub(crate) fn start(&self, line: &str) -> Child {
        let mut command = self.command(line);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
    }

    /// All files below the folder `name`, by their path in it.
    pub(crate) fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.path(name);
        let mut files = BTreeMap::new();
        let mut open = vec![root.clone()];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(&root).expect("below").to_owned();
                    files.insert(name, std::fs::read(&path).expect("read"));
                }
            }
        }
        files
    }

    /// Whether nothing but the scenario is in the folder.
    pub(crate) fn is_untouched(&self) -> bool {
        std::fs::read_dir(self.0.path()).expect("a folder").count() == 1
    }
}

impl Told {
    /// Itself, if the command did what it should.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.stderr);
        self
    }
}

/// Waits until `is_so`, for a minute at most.
#[track_caller]
pub(crate) fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..60_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("it never came to that");
}

/// How many lines the file at `path` has; none if there is no such file.
pub(crate) fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.matches('\n').count())
}
