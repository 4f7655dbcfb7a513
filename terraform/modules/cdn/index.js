// A folder is its index.html: /posts/hello/ and /posts/hello both show posts/hello/index.html.
function handler(event) {
  var request = event.request;
  var last = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (last === '') {
    request.uri += 'index.html';
  } else if (last.indexOf('.') < 0) {
    request.uri += '/index.html';
  }
  return request;
}
