//! The libraries: installed once for each version of their lists, and shared by all tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

/// The Python that has the libraries.
pub(crate) static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("python");
    let python = folder.join("bin/python3");
    let lists = ["clients/requirements.txt"];
    once(&folder, &lists, || {
        run(Command::new("python3").arg("-m").arg("venv").arg(&folder));
        let list = Path::new(SOURCES).join("clients/requirements.txt");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet"]).args([
            "--disable-pip-version-check",
            "--no-input",
            "-r",
        ]);
        run(pip.arg(list));
    });
    python
});

/// The folder in which Node finds the libraries.
pub(crate) static NODE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = folder("node");
    let lists = ["clients/package.json", "clients/package-lock.json"];
    once(&folder, &lists, || {
        fs::create_dir_all(&folder).unwrap();
        for list in lists {
            let list = Path::new(SOURCES).join(list);
            fs::copy(&list, folder.join(list.file_name().unwrap())).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        run(npm.current_dir(&folder));
    });
    folder
});

fn folder(language: &str) -> PathBuf {
    let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    base.join(language)
}

/// Installs where the lists have changed since the last time, or it was never finished.
fn once(folder: &Path, lists: &[&str], install: impl FnOnce()) {
    let read = |list: &&str| fs::read_to_string(Path::new(SOURCES).join(list)).unwrap();
    let wanted: String = lists.iter().map(read).collect();
    let done = folder.join("installed");
    // Two test runs in one target folder take turns.
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    let turn = fs::File::create(folder.with_extension("lock")).unwrap();
    turn.lock().unwrap();
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return;
    }
    if folder.exists() {
        fs::remove_dir_all(folder).unwrap();
    }
    install();
    fs::write(done, wanted).unwrap();
}

/// Runs an installer; it may take its time.
fn run(command: &mut Command) {
    let what = format!("{command:?}");
    let hint = "these tests need python3 with venv, node, npm, and the package registries \
                (tests/run installs the programs)";
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{what} cannot be run: {error}\n{hint}"));
    assert!(
        output.status.success(),
        "{what} failed\n{hint}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
