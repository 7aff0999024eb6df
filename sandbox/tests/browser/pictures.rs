//! The pictures of the documentation: `SCREENSHOTS=1 cargo test -p sandbox --test browser pictures`.

use crate::driver::{Window, on_page};
use crate::game::{begin, join};

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_a_game_and_of_its_wire() {
    on_page(Window::Desktop(1340, 1060), |page| async move {
        let (one, two) = (page.phone("0712345678"), page.add_phone("0110000001").await);
        // Each deposit is told of twice, so that there is a fault to be seen.
        page.script(
            "return fetch('/api/faults', { method: 'POST', headers: { 'content-type': 'application/json' }, \
             body: JSON.stringify({ point: 'stk_callback', fault: 'twice', times: 2 }) }).then(() => null)",
        )
        .await;
        join(&one).await;
        join(&two).await;
        begin(&one).await;
        two.dial().await;
        two.pick("Play").await;
        two.until_shows("Choose a category").await;
        page.script("scrollTo(0, 0)").await;
        page.picture("phone").await;

        // One exchange is looked at.
        two.click("[data-do=end]").await;
        page.until("rows", "document.querySelectorAll('.exchange-row').length > 20").await;
        page.script(
            "[...document.querySelectorAll('.exchange-row')].find((row) => row.textContent.includes('STK callback')).click()",
        )
        .await;
        page.until("the exchange", "document.querySelector('#exchange').open").await;
        page.picture("wire").await;
    })
    .await;
}
