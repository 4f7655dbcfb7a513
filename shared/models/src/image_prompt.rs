//! What providers of images are told in words.

use mesh_core::ports::RenderRequest;

/// The prompt with whatever of the request has no field of its own and is not in it yet, cut at `most` characters.
#[must_use]
pub fn prompt(request: &RenderRequest, most: usize) -> String {
    let mut prompt = request.prompt.clone();
    if let Some(style) = request.style.as_ref().filter(|style| !prompt.contains(style.as_str())) {
        prompt.push_str(&format!("\nStyle: {style}."));
    }
    let colors: Vec<&str> = request.colors.iter().map(String::as_str).filter(|color| !prompt.contains(color)).collect();
    if !colors.is_empty() {
        prompt.push_str(&format!("\nMain colours: {}.", colors.join(", ")));
    }
    if let Some(negative) = request.negative_prompt.as_ref().filter(|negative| !prompt.contains(negative.as_str())) {
        prompt.push_str(&format!("\nWhat must not be in the image: {negative}."));
    }
    prompt.chars().take(most).collect()
}
