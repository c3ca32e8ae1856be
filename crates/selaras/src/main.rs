//! The `selaras` program.

fn main() -> std::process::ExitCode {
    selaras::cli::run(std::env::args_os().skip(1))
}
