//! Compiles `proto/` with protox (no `protoc`): messages, clients and servers, the descriptor set that carries access
//! and route options, and an `impl Requested` for every message with a `request_id`.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use prost::Message as _;
use protox::prost_reflect::prost_types::{DescriptorProto, FileDescriptorSet};

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../proto");
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    println!("cargo:rerun-if-changed={}", root.display());

    let mut files = Vec::new();
    find_protos(&root, &mut files);
    files.sort();

    let mut compiler = protox::Compiler::new([&root]).expect("proto/ is there");
    compiler.include_source_info(true).include_imports(true);
    if let Err(error) = compiler.open_files(&files) {
        panic!("proto/ does not compile: {error:?}");
    }
    fs::write(out.join("descriptors.bin"), compiler.encode_file_descriptor_set()).expect("OUT_DIR is writable");

    let set = FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice()).expect("just encoded");
    fs::write(out.join("requested.rs"), requested(&set)).expect("OUT_DIR is writable");

    let mut config = tonic_prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .compile_fds_with_config(compiler.file_descriptor_set(), config)
        .expect("the descriptors generate code");
}

fn find_protos(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable folder") {
        let path = entry.expect("readable entry").path();
        if path.is_dir() {
            find_protos(&path, found);
        } else if path.extension().is_some_and(|e| e == "proto") {
            found.push(path);
        }
    }
}

/// `impl Requested` for each top-level message of ours that has a string field `request_id`.
fn requested(set: &FileDescriptorSet) -> String {
    let mut code = String::new();
    for file in &set.file {
        let package = file.package();
        if !package.starts_with("dure.") || package.starts_with("dure.options") {
            continue;
        }
        let module = package.trim_start_matches("dure.").replace('.', "::");
        for message in file.message_type.iter().filter(|m| has_request_id(m)) {
            let _ = writeln!(
                code,
                "impl crate::Requested for crate::{module}::{} {{ fn request_id(&self) -> &str {{ &self.request_id }} }}",
                message.name()
            );
        }
    }
    code
}

fn has_request_id(message: &DescriptorProto) -> bool {
    message.field.iter().any(|field| field.name() == "request_id")
}
